package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// unitFile is the unit that the packages install.
const unitFile = "/usr/lib/systemd/system/heraut.service"

// start returns the shell command that starts the bot as a service: with systemd if
// its unit is installed, otherwise with «bot run».
func (d *doctor) start() string {
	if _, err := os.Stat(unitFile); err == nil {
		return "sudo systemctl start heraut"
	}
	return d.command("run")
}

// service adds a finding on whether a bot runs on this state directory. If one runs,
// service adds findings on what it says of its health, and on whether its webhooks
// answer. If none runs, it adds findings on whether the addresses at which the bot
// would listen are free.
func (d *doctor) service(ctx context.Context) {
	const what = "service"
	pid, running := lockedBy(filepath.Join(d.config.State, "lock"))
	listen := d.config.HTTP.Listen
	switch {
	case !running:
		d.warn(what, "le robot ne fonctionne pas sur cet état : lancez-le", d.start())
		d.free(ctx, "http.listen", listen)
		d.free(ctx, "webhooks.listen", d.config.Webhooks.Listen)
		return
	case listen == "":
		d.good(what, fmt.Sprintf("processus %d ; sans http.listen, il ne dit rien de sa santé", pid))
	default:
		d.health(ctx, what, pid, listen)
	}
	if listen = d.config.Webhooks.Listen; listen != "" {
		d.hooks(ctx, pid, listen)
	}
}

// health asks the running bot's server at listen whether the bot is ready. It adds a
// finding about the part called what for each trouble: faults if the bot is not ready;
// otherwise warnings, after a finding that it is ready. If the server does not answer,
// the only finding is that fault. pid is the bot's process.
func (d *doctor) health(ctx context.Context, what string, pid int, listen string) {
	answer, err := askReady(ctx, listen)
	switch {
	case errors.Is(err, errNotReady):
		for line := range strings.Lines(answer) {
			d.fault(what, d.named(strings.TrimSpace(line)), "", nil)
		}
	case err != nil:
		d.fault(what, fmt.Sprintf("le processus %d fonctionne, et ne répond pas sur %s : la configuration a changé depuis son démarrage, ou il est figé ; relancez-le", pid, listen), d.restart(pid), err)
	default:
		d.good(what, fmt.Sprintf("prêt, processus %d", pid))
		// A ready service answers "ok", or a line for each trouble that blocks nothing.
		for line := range strings.Lines(answer) {
			if line = strings.TrimSpace(line); line != "ok" {
				d.warn(what, d.named(line), "")
			}
		}
	}
}

func (d *doctor) restart(pid int) string {
	if _, err := os.Stat(unitFile); err == nil {
		return "sudo systemctl restart heraut"
	}
	return fmt.Sprintf("kill %d && %s", pid, d.command("run"))
}

// free adds a finding on whether the bot could listen at listen, an address of the
// configuration, which it opens and closes. what names the address in the finding. It
// does nothing for an empty address.
func (d *doctor) free(ctx context.Context, what, listen string) {
	if listen == "" {
		return
	}
	var config net.ListenConfig
	l, err := config.Listen(ctx, "tcp", listen)
	_, port, _ := net.SplitHostPort(listen) // the configuration is checked
	switch {
	case err == nil:
		if err := l.Close(); err != nil {
			d.fault(what, "l’adresse ne se libère pas", "", err)
			return
		}
		d.good(what, listen+" est libre")
	case errors.Is(err, syscall.EADDRINUSE):
		d.fault(what, fmt.Sprintf("%s est occupé par %s : arrêtez-le, ou donnez au robot un autre port", listen, holder(port)), "sudo ss -ltnp 'sport = :"+port+"'", nil)
	case errors.Is(err, syscall.EADDRNOTAVAIL):
		d.fault(what, fmt.Sprintf("%s n’est pas une adresse de cette machine : corrigez la configuration", listen), "ip -brief address", err)
	case errors.Is(err, syscall.EACCES):
		d.fault(what, fmt.Sprintf("ce compte ne peut pas ouvrir le port %s : prenez-en un au-dessus de 1023, derrière un mandataire", port), "", err)
	default:
		d.fault(what, listen+" ne peut pas être ouvert", "", err)
	}
}

// hooks adds a finding on whether the webhooks of the running bot, and not another
// program, answer at listen. pid is the bot's process.
func (d *doctor) hooks(ctx context.Context, pid int, listen string) {
	const what = "webhooks.listen"
	_, answer, err := askLocal(ctx, listen, "/")
	switch _, port, _ := net.SplitHostPort(listen); { // the configuration is checked
	case err != nil:
		d.fault(what, fmt.Sprintf("rien ne répond sur %s, alors que le robot fonctionne\u202f: relancez-le", listen), d.restart(pid), err)
	case !strings.HasPrefix(answer, "no hook answers here"):
		d.fault(what, fmt.Sprintf("%s est occupé par %s\u202f: arrêtez-le, ou donnez au robot un autre port", listen, holder(port)), "sudo ss -ltnp 'sport = :"+port+"'", nil)
	default:
		d.good(what, listen)
	}
}

// lockedBy returns the id of the process that holds an flock(2) lock on a file. locked
// is false if no process holds one, or if the system does not say. lockedBy reads
// /proc/locks of Linux, since taking the lock to test it could keep the service from
// starting.
func lockedBy(file string) (pid int, locked bool) {
	info, err := os.Stat(file)
	if err != nil {
		return 0, false
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return 0, false
	}
	locks, err := os.ReadFile("/proc/locks")
	if err != nil {
		return 0, false
	}
	for line := range strings.Lines(string(locks)) {
		// 1: FLOCK  ADVISORY  WRITE 1234 fe:00:5678 0 EOF
		fields := strings.Fields(line)
		if len(fields) < 6 || fields[1] != "FLOCK" {
			continue
		}
		if _, inode, _ := strings.Cut(fields[5], ":"); !strings.HasSuffix(inode, ":"+strconv.FormatUint(stat.Ino, 10)) {
			continue
		}
		pid, err := strconv.Atoi(fields[4])
		return pid, err == nil
	}
	return 0, false
}

// holder returns French words for the process that listens on a TCP port of this
// machine: its name and id, or «un autre programme» if this account may not see them or
// there is none.
func holder(port string) string {
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil {
		return "un autre programme"
	}
	sockets := map[string]bool{}
	for _, table := range []string{"/proc/net/tcp", "/proc/net/tcp6"} {
		data, err := os.ReadFile(table)
		if err != nil {
			continue
		}
		for line := range strings.Lines(string(data)) {
			// sl local_address rem_address st … inode: the state 0A is LISTEN (proc(5)).
			fields := strings.Fields(line)
			if len(fields) > 9 && fields[3] == "0A" && strings.HasSuffix(fields[1], fmt.Sprintf(":%04X", n)) {
				sockets["socket:["+fields[9]+"]"] = true
			}
		}
	}
	files, err := filepath.Glob("/proc/[0-9]*/fd/*")
	if err != nil {
		return "un autre programme"
	}
	for _, file := range files {
		if target, err := os.Readlink(file); err == nil && sockets[target] {
			process := filepath.Dir(filepath.Dir(file))
			name, err := os.ReadFile(filepath.Join(process, "comm"))
			if err != nil {
				continue
			}
			return fmt.Sprintf("« %s » (processus %s)", strings.TrimSpace(string(name)), filepath.Base(process))
		}
	}
	return "un autre programme"
}
