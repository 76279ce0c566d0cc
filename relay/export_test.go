package relay

// Widening is widening, for tests.
var Widening = widening

// WorkingTime is workingTime, for tests.
var WorkingTime = workingTime
