package health

import (
	"net/http"
	"net/http/pprof"
)

// addProfiles adds to mux the profiles of net/http/pprof, under /debug/pprof/. They
// show memory, so only people of this machine may reach them: the configuration allows
// them on a loopback address alone.
func addProfiles(mux *http.ServeMux) {
	mux.HandleFunc("GET /debug/pprof/", pprof.Index)
	mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("GET /debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("GET /debug/pprof/trace", pprof.Trace)
}
