package password

import "strings"

// common are passwords, and the words within passwords, that guessers try
// first: each is refused alone and with digits or signs around it. Those that
// are shorter than the minimum are here for what is put around them.
var common = commonSet()

func commonSet() map[string]bool {
	set := make(map[string]bool)
	for word := range strings.FieldsSeq(commonWords) {
		set[word] = true
	}
	for _, phrase := range commonPhrases {
		set[phrase] = true
	}
	return set
}

var commonPhrases = []string{
	"correct horse battery staple",
	"god is good",
	"i love you so much",
	"jesus loves me",
	"let me in please",
	"may the force be with you",
	"open sesame",
	"password password",
	"the quick brown fox",
	"this is my password",
	"to be or not to be",
}

const commonWords = `
010203040506 02468 0987654321 0okmnji9 102030405060 111222333444 112233 112233445566 123123123abc 123321
123412341234 123454321 123456654321 1234567890987654321 1234asdf 1234qwer 1234qwerasdf 123654789 123abc
123qweasd 123qweasdzxc 12qwaszx 13579 135792468 147258369 147852369 159357 159753 1a2b3c4d 1a2b3c4d5e 1q2w3e4r
1q2w3e4r5t 1q2w3e4r5t6y 1q2w3e4r5t6y7u 1qaz1qaz 1qaz2wsx 1qaz2wsx3edc 1qaz2wsx3edc4rfv 1qazxsw2 246813579
271828182845 314159265358 314159265359 741852963 789456123 987654321 a1b2c3d4 a1b2c3d4e5 a1b2c3d4e5f6 aaaa abc
abc123abc123 abcabc abcd abcdabcd abcdef abcdefg abcdefgh abcdefghijklmnop access accessdenied admin
adminadmin administrador administrator amen america andrew android angel angels apple april arsenal arsenalfc
asdasd asdf1234asdf asdfasdf asdfghjkl asdfghjklzxcvbnm asdfqwer asdqwe ashley asshole august australia autumn
azerty babyboy babygirl backup banana barcelona baseball basketball batman bayern bayernmunchen beatles berlin
biteme blahblah blahblahblah blessed blink brother bullshit business buster butterfly california canada
changeme changemenow changepassword charlie cheese chelsea chelseafc chocolate christ cisco cocacola coffee
college company computer cookie corporate correct-horse-battery-staple correcthorsebatterystaple corvette
counterstrike cowboys daddy dallascowboys daniel database december default demo demodemo dragon eagle eagles
eminem england everything facebook family father fcbarcelona february ferrari florida flower flowers football
forever foreveryoung forgotpassword fortnite france freedom friday fuckoff fuckyou fuckyoufuckyou gameover
gatehouse gatehousegatehouse germany ginger godisgood godisgreat goodbye google greenday guest guestguest
hacker hackerman harley harleydavidson heaven hello hello1234 hellohello hellokitty helloworld helpdesk hockey
hunter idontknow iforgot ihatepasswords ihateyou ilovejesus ilovemom ilovemycat ilovemydog ilovemyself iloveu
iloveyou iloveyouforever iloveyousomuch initial instagram internet iphone ironman january jennifer jessica
jesus jesuschrist jesuslovesme jordan joshua july june juventus kawasaki keycloak killer lakers lamborghini
leagueoflegends letmein letmeinnow letmeinplease linkedin linkinpark lions liverpool liverpoolfc lkjhgfdsa
login loginlogin london lovelove lovelylove loveyou manchester manchesterunited manunited march master
masterkey matrix matthew maytheforcebewithyou mercedes metallica michael michelle microsoft minecraft mnbvcxz
mnbvcxzlkjhgfdsa mommy monday monkey mother mustang mylove mypassphrase mypassword mysecret mysql naruto
network newpassword newyork newyorkcity nicole nintendo nirvana nopassword nothing november october office
oldpassword openaccess opensesame oracle orange p@ssw0rd p@ssword pa$$word pa55word paris pass passcode
passpass passphrase passw0rd passwd password passwordpassword passwords passwort pepper pepsi phoenix pikachu
pineapple playstation poiuytrewq poiuytrewqlkjhgfdsa pokemon porsche postgres princess q1w2e3r4 q1w2e3r4t5
q1w2e3r4t5y6 qazwsx qazwsxedc qazwsxedcrfv qazwsxedcrfvtgb qwe123 qwe123qwe123 qweasd qweasdzxc qwerasdfzxcv
qwerty qwerty123456 qwertyasdfgh qwertyqwerty qwertyuiop qwertyuiopasdf qwertyuiopasdfghjkl qwertz rainbow
ranger realmadrid redsox rockandroll root rootroot router samsung saturday school secret secretsecret
securepassword security september server service sesame shadow sister slipknot snapchat soccer something
spiderman spring startrek starwars starwarsfan steelers strawberry strongpassword student summer sunday
sunshine superman supersecret superuser supervisor support sweetheart sweetie sysadmin systemadmin teacher
temp tempass temporary temppassword tester testing testpassword testtest testtesttest texas thebeatles
thematrix thepassword thequickbrownfox thisisapassword thisismypassword thisispassword thursday tiger tigers
tobeornottobe toor topsecret toyota truelove trustno tuesday twitter university user username verysecure
volleyball warcraft webmaster wednesday welcome welcomeback welcomehome whatever whatsapp whiskey windows
winter wonderwoman worldofwarcraft yamaha yankees yourpassword youtube zaq12wsx zaq1zaq1zaq1 zxcvbn zxcvbnm
zxcvbnm123 zxcvbnmasdfghjkl zxczxc
`
