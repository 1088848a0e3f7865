package main

// exceptions are the mutants that are no change of what Foyer does.
var exceptions = []exception{}
