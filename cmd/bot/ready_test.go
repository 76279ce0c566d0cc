package main

import (
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestReadyAsksTheRunningService(t *testing.T) {
	status := http.StatusOK
	service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/readyz" {
			http.NotFound(w, r)
			return
		}
		w.WriteHeader(status)
		w.Write([]byte("aucune synchronisation\n"))
	}))
	defer service.Close()
	address := service.Listener.Addr().String()
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		t.Fatal(err)
	}
	for _, listen := range []string{address, "127.0.0.1:" + port} {
		if answer, err := askReady(t.Context(), listen); err != nil || answer != "aucune synchronisation" {
			t.Errorf("askReady(%s) = %q, %v", listen, answer, err)
		}
	}
	status = http.StatusServiceUnavailable
	if _, err := askReady(t.Context(), address); !errors.Is(err, errNotReady) || !strings.Contains(err.Error(), "aucune synchronisation") {
		t.Errorf("of a service that is not ready: %v", err)
	}
	if _, err := askReady(t.Context(), ""); !errors.Is(err, errNoProbes) {
		t.Errorf("without a listener: %v", err)
	}
	service.Close()
	if _, err := askReady(t.Context(), address); err == nil || errors.Is(err, errNotReady) {
		t.Errorf("without a service: %v", err)
	}
}
