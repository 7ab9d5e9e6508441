package access

// How much a policy may hold. A snapshot is in the memory of every process, so
// whoever writes is refused beyond these.
const (
	MaxAPIs        = 200
	MaxPermissions = 200 // of one API
	MaxServers     = 20  // of one API
	MaxRoles       = 1000
	MaxRoleParts   = 200 // permissions of one role, and parents of one
	MaxGrantsOf    = 500 // that one subject has and that are not over
	MaxResourceIDs = 100 // that one grant names
	MaxLocks       = 1000
	MaxScopes      = 200 // that are bound to permissions
	MaxScopeParts  = 50  // permissions of one scope
	MaxGroups      = 5000
	MaxGroupsOf    = 200 // groups and organisations in which one member is by name
	MaxOrgs        = 2000
	MaxServices    = 1000
	MaxKeysOf      = 20  // of one service account or person, that are not over
	MaxOldKeysOf   = 100 // of one, those included that are over and still told of

	maxAudience    = 255 // bytes, as of an application
	maxDescription = 200
	maxScopeName   = 128
	maxReason      = 500
	maxTicket      = 64
	maxAttribute   = 64
	maxResourceID  = 128
	maxClientID    = 128
	maxKeyName     = 64
)
