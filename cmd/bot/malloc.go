package main

// SQLite's memory is malloc's. glibc has an arena for each thread that asks for
// memory, and keeps in each what it once held: one is enough, since SQLite works
// on few threads at once. It must be said before the first thread starts.

/*
#include <stdlib.h>
#ifdef __GLIBC__
#include <malloc.h>
__attribute__((constructor)) static void use_one_arena(void) { mallopt(M_ARENA_MAX, 1); }
static void trim(void) { malloc_trim(0); }
#else
static void trim(void) {}
#endif
*/
import "C"

// trimMalloc gives what malloc holds and nobody uses back to the system, where
// malloc is glibc's.
func trimMalloc() { C.trim() }
