package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"syscall"
)

// listeners checks the addresses that the service listens on.
func (d *doctor) listeners(ctx context.Context, config *Config) {
	if listen := config.HTTP.Listen; listen != "" {
		d.say("écoute "+listen+" (http.listen)", canListen(ctx, listen, "/livez", "ok"))
	}
	if listen := config.Webhooks.Listen; listen != "" {
		d.say("écoute "+listen+" (webhooks.listen)", canListen(ctx, listen, "/", "no hook answers here"))
	}
}

// canListen returns nil if the service can listen at address, or if it does so now:
// its answer to a request for path then begins with said.
func canListen(ctx context.Context, address, path, said string) error {
	var listen net.ListenConfig
	listener, err := listen.Listen(ctx, "tcp", address)
	if err == nil {
		return listener.Close()
	}
	if !errors.Is(err, syscall.EADDRINUSE) {
		return fmt.Errorf("cette adresse ne peut pas être ouverte (%w) : donnez une adresse de cette machine, et un port libre au-dessus de 1023", err)
	}
	if _, body, err := askLocal(ctx, address, path); err != nil || !strings.HasPrefix(body, said) {
		return errors.New("un autre programme occupe cette adresse : donnez un autre port, ou arrêtez ce programme")
	}
	return nil
}
