package endtoend

import (
	"os"
	"strings"
	"syscall"
	"testing"
)

// rootWithin runs the bot as root without the power to pass over the rights of files.
var rootWithin = []string{"setpriv", "--bounding-set", "-dac_override,-dac_read_search"}

// TestBreakDisk has the rows of the break table that concern the file system and the
// rights of the state directory. They need root.
func TestBreakDisk(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root mounts file systems and gives files away")
	}
	mid, start := []moment{midRun}, []moment{atStart}
	breaks(t, []fault{
		{
			name: "the disk is full", when: mid, prepare: mounted, breaks: filled,
			status: running, state: "disk_full", says: "est plein", blocks: true, doctor: "le disque est plein",
		},
		{
			name: "the disk is full", when: start, prepare: mounted, breaks: filled,
			status: failed, log: "libérez de la place", doctor: "le disque est plein",
		},
		{
			name: "the file system is read-only", when: mid, breaks: readOnly,
			status: running, state: "state_unwritable", says: "en lecture seule", blocks: true, doctor: "monté en lecture seule",
		},
		{
			name: "the file system is read-only", when: start, breaks: readOnly,
			status: failed, log: "remontez-le en écriture", doctor: "monté en lecture seule",
		},
		{
			name: "the directory may not be written", when: mid, through: rootWithin, breaks: mode("", 0o500),
			status: running, state: "state_unwritable", says: "vérifiez ses droits", blocks: true, doctor: "ne peut pas y écrire",
		},
		{
			name: "the directory may not be written", when: start, through: rootWithin, breaks: mode("", 0o500),
			status: failed, log: "appartiennent au compte qui lance le robot", doctor: "ne peut pas y écrire",
		},
		{
			name: "bot.db is another account's", when: start, through: rootWithin, breaks: given("bot.db"),
			status: failed, log: "appartiennent au compte qui lance le robot", doctor: "il est au compte 12345",
		},
		{
			name: "crypto.db is another account's", when: start, through: rootWithin, breaks: given("crypto.db"),
			status: failed, log: "crypto.db n’est pas accessible au compte qui lance le robot", doctor: "il est au compte 12345",
		},
		{
			name: "the recovery key may not be read and the device is new", when: start, through: rootWithin, breaks: func(t *testing.T, d *deployment) func() {
				d.lose(t, "crypto.db")
				return mode("recovery-key", 0)(t, d)
			},
			status: failed, log: "recovery-key n’est pas accessible au compte qui lance le robot", doctor: "pas lisible par ce compte",
		},
	})
}

// readOnly covers the state directory by a read-only view of it.
func readOnly(t *testing.T, d *deployment) func() {
	t.Helper()
	dir := d.state("")
	if err := syscall.Mount(dir, dir, "", syscall.MS_BIND, ""); err != nil {
		t.Skipf("this machine mounts no directory: %v", err)
	}
	end := func() { _ = syscall.Unmount(dir, syscall.MNT_DETACH) } // again after a failure
	t.Cleanup(end)
	if err := syscall.Mount("", dir, "", syscall.MS_BIND|syscall.MS_REMOUNT|syscall.MS_RDONLY, ""); err != nil {
		t.Fatal(err)
	}
	return end
}

// mode makes a fault of the rights of a file of the state directory.
func mode(name string, rights os.FileMode) func(*testing.T, *deployment) func() {
	return func(t *testing.T, d *deployment) func() {
		info, err := os.Stat(d.state(name))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(d.state(name), rights); err != nil {
			t.Fatal(err)
		}
		return func() {
			if err := os.Chmod(d.state(name), info.Mode()); err != nil {
				t.Error(err)
			}
		}
	}
}

// given gives a file of the state directory to another account.
func given(name string) func(*testing.T, *deployment) func() {
	return func(t *testing.T, d *deployment) func() {
		if err := os.Chown(d.state(name), 12345, 12345); err != nil {
			t.Fatal(err)
		}
		return func() {
			if err := os.Chown(d.state(name), os.Geteuid(), os.Getegid()); err != nil {
				t.Error(err)
			}
		}
	}
}

// mounted puts a small file system of its own under the state directory.
func mounted(t *testing.T, d *deployment) {
	t.Helper()
	dir := d.state("")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=24m,mode=0700"); err != nil {
		t.Skipf("this machine mounts no file system: %v", err)
	}
	t.Cleanup(func() {
		d.bot.Stop()
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
}

// filled takes all the room of the state's file system.
func filled(t *testing.T, d *deployment) func() {
	t.Helper()
	file := d.state("filler")
	f, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for chunk := []byte(strings.Repeat("x", 64<<10)); len(chunk) > 0; {
		if _, err := f.Write(chunk); err != nil {
			chunk = chunk[:len(chunk)/2]
		}
	}
	return func() {
		if err := os.Remove(file); err != nil {
			t.Error(err)
		}
	}
}
