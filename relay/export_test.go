package relay

// Widening exports widening to the tests.
var Widening = widening

// WorkingTime exports workingTime to the tests.
var WorkingTime = workingTime
