package web

// ParamFor is a parameter of the console's authorization requests: the operation of the admin API for
// which somebody has to prove lately who they are. The page of the sign-in says so.
const ParamFor = "gatehouse_for"
