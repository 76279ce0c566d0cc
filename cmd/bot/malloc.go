package main

// SQLite allocates with malloc. glibc gives each allocating thread its own arena,
// and each arena keeps the memory that it once held. One arena suffices, since
// SQLite works on few threads at once. mallopt must run before the first thread
// starts.

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

// trimMalloc makes the C library's allocator return its unused memory to the system.
// It works with glibc only.
func trimMalloc() { C.trim() }
