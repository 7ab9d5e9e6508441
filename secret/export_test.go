package secret

// Private lets a test judge modes of files that it cannot make.
var Private = private
