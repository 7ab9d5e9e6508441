// What the account area can do with scripts on. Everything works without.
(() => {
  'use strict';

  // A moment as people say it, in their own zone; the title keeps it as it was.
  const language = document.documentElement.lang;
  const ago = new Intl.RelativeTimeFormat(language, { numeric: 'auto' });
  const day = new Intl.DateTimeFormat(language, { dateStyle: 'medium' });
  const units = [['day', 86400], ['hour', 3600], ['minute', 60]];
  const say = (moment) => {
    const seconds = Math.round((moment - Date.now()) / 1000);
    if (Math.abs(seconds) >= 30 * 86400) return day.format(moment);
    const [unit, size] = units.find(([, size]) => Math.abs(seconds) >= size) || ['second', Infinity];
    return ago.format(Math.trunc(seconds / size), unit);
  };
  const times = Array.from(document.querySelectorAll('time[data-ago]'));
  for (const time of times) time.title = time.textContent;
  const tell = () => {
    for (const time of times) time.textContent = say(new Date(time.dateTime));
  };
  tell();
  setInterval(tell, 60_000);

  // On a phone the tabs are one row that scrolls: show where we are.
  const tabs = document.querySelector('nav ul');
  const here = tabs && tabs.querySelector('[aria-current]');
  if (here) tabs.scrollLeft = here.offsetLeft - tabs.offsetLeft - (tabs.clientWidth - here.offsetWidth) / 2;

  // What was just done is said once, and not again when the page is reloaded.
  if (document.querySelector('[role=status]') && location.search.startsWith('?done=')) {
    history.replaceState(null, '', location.pathname);
  }
})();
