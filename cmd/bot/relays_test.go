package main

import "testing"

// TestCarriedTypes: media types match in any case, in the configuration and in events.
func TestCarriedTypes(t *testing.T) {
	files := carriedFiles(Files{Carry: true, MaxMiB: 1, Types: Patterns{mustPattern("Image/*"), mustPattern("application/PDF")}})
	for mediaType, takes := range map[string]bool{
		"image/png": true, "IMAGE/JPEG": true, "application/pdf": true, "application/zip": false,
	} {
		if files.Takes(mediaType) != takes {
			t.Errorf("%s: want %t", mediaType, takes)
		}
	}
}
