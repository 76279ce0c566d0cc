package health

import "time"

// State is a kind of trouble. Its text is the label in metrics and in JSON.
type State string

// The states, the gravest first. Troubles are listed in this order.
const (
	LoginRefused       State = "login_refused"       // the password is wrong: the process ends
	SessionEnded       State = "session_ended"       // the homeserver ended the session: the process ends
	ProcessEnded       State = "process_ended"       // for another reason; in alerts alone
	AccountDeactivated State = "account_deactivated" // for good, as far as the bot can tell
	AccountLocked      State = "account_locked"
	AccountExpired     State = "account_expired" // Tchap's accounts live 13 months
	ConsentNeeded      State = "consent_needed"  // Link is the page with the terms
	Quota              State = "quota"           // the homeserver is full; Link is its admin_contact
	LoginPostponed     State = "login_postponed" // too many logins; Until is the next one
	RateLimited        State = "rate_limited"    // sync gets 429; Until is when that should end
	HomeserverSilent   State = "homeserver_silent"
	KeysReplaced       State = "keys_replaced" // the account does not vouch for the device
	DiskFull           State = "disk_full"     // Subject is the directory
	StateUnwritable    State = "state_unwritable"
	DatabaseUnreadable State = "database_unreadable" // Subject is the file
	QueueStuck         State = "queue_stuck"
	Starting           State = "starting" // no sync is complete yet
	ClockSkewed        State = "clock_skewed"
	RoomsMissing       State = "rooms_missing"  // Count rooms that the bot should be in
	RoomsClosed        State = "rooms_closed"   // Count rooms in which the bot may not write
	CatalogueOld       State = "catalogue_old"  // Subject is the catalogue's label; empty for the SILL
	SourceFailing      State = "source_failing" // Subject is the source's name
	AccountOld         State = "account_old"    // the account expires soon
)

// order lists all states, the gravest first.
var order = []State{
	LoginRefused, SessionEnded, ProcessEnded, AccountDeactivated, AccountLocked, AccountExpired, ConsentNeeded,
	Quota, LoginPostponed, RateLimited, HomeserverSilent, KeysReplaced, DiskFull,
	StateUnwritable, DatabaseUnreadable, QueueStuck, Starting, ClockSkewed,
	RoomsMissing, RoomsClosed, CatalogueOld, SourceFailing, AccountOld,
}

// Trouble is one thing that is wrong in the process or around it: its state (the
// kind), since when, and what it concerns.
type Trouble struct {
	State State
	// Subject names what the trouble concerns, and distinguishes the troubles of one
	// state: a source, a file. It never names a person. It may be empty.
	Subject string
	// Since is the beginning; Enter replaces a zero time by the present.
	Since time.Time
	// Until is when the trouble should end by itself; zero: not known.
	Until time.Time
	// Link is a page or an address for the operator; it may be empty.
	Link string
	// Count is the number of things that the trouble concerns; 0 if it is one.
	Count int
	// Cause is for the log; it may be nil.
	Cause error
}

// Grave reports whether operators get alerts about the trouble: true for every state
// except Starting.
func (t Trouble) Grave() bool { return t.State != Starting }

// AccountStates lists the states that the metric heraut_account_state shows, besides
// «ok», which means that none of them is present.
var AccountStates = []State{
	LoginRefused, SessionEnded, AccountDeactivated, AccountLocked, AccountExpired,
	ConsentNeeded, Quota, LoginPostponed, RateLimited, HomeserverSilent, KeysReplaced, AccountOld,
}
