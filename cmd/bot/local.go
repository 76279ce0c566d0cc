package main

import (
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"time"
)

// localWithin bounds the wait for an answer of the running service.
const localWithin = 5 * time.Second

// askLocal requests path, without a proxy, of the server that listens on this machine
// at listen, as host:port, and returns the status and the trimmed body, of at most 64
// KiB. The error means that the address is wrong or that no whole answer came within
// localWithin.
func askLocal(ctx context.Context, listen, path string) (status int, body string, err error) {
	host, port, err := net.SplitHostPort(listen)
	if err != nil {
		return 0, "", err
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "localhost"
	}
	ctx, cancel := context.WithTimeout(ctx, localWithin)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+net.JoinHostPort(host, port)+path, nil)
	if err != nil {
		return 0, "", err
	}
	// The address belongs to this machine: no proxy.
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Do(request)
	if err != nil {
		return 0, "", err
	}
	defer response.Body.Close()
	data, err := io.ReadAll(io.LimitReader(response.Body, 64<<10))
	return response.StatusCode, strings.TrimSpace(string(data)), err
}
