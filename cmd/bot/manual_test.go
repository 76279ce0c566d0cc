package main

import (
	"bytes"
	"os/exec"
	"strings"
	"testing"
)

func output(t *testing.T, args ...string) string {
	t.Helper()
	var out, errors bytes.Buffer
	if status := run(t.Context(), args, stdio{strings.NewReader(""), &out, &errors}, func(string) string { return "" }); status != statusOK {
		t.Fatalf("bot %s ended with status %d: %s", strings.Join(args, " "), status, &errors)
	}
	return out.String()
}

func TestManualNamesEveryCommandAndFlag(t *testing.T) {
	page := output(t, "man")
	for _, want := range []string{".SS run", ".SS doctor", ".SS ready", `\-\-repositories`, "heraut ask"} {
		if !strings.Contains(page, want) {
			t.Errorf("the manual lacks %q", want)
		}
	}
	for _, unwanted := range []string{".SS man", ".SS completion", "roheraut", "bot ask"} {
		if strings.Contains(page, unwanted) {
			t.Errorf("the manual contains %q", unwanted)
		}
	}
	for line := range strings.Lines(page) {
		if strings.HasPrefix(line, ".") && !strings.HasPrefix(line, ".TH") && !strings.HasPrefix(line, ".SH") &&
			!strings.HasPrefix(line, ".SS") && !strings.HasPrefix(line, ".PP") && !strings.HasPrefix(line, ".TP") &&
			!strings.HasPrefix(line, ".B ") && !strings.HasPrefix(line, ".I ") && !strings.HasPrefix(line, ".nf") && !strings.HasPrefix(line, ".fi") {
			t.Errorf("text became a request of roff: %q", line)
		}
	}
}

func TestCompletionIsReadByBash(t *testing.T) {
	script := output(t, "completion", "bash")
	complete := exec.Command("bash", "-c", script+`
COMP_WORDS=(heraut do) COMP_CWORD=1
_heraut
echo "${COMPREPLY[@]}"
COMP_WORDS=(heraut ask --re) COMP_CWORD=2
_heraut
echo "${COMPREPLY[@]}"`)
	answer, err := complete.CombinedOutput()
	if err != nil {
		t.Fatalf("bash: %v\n%s", err, answer)
	}
	if want := "doctor\n--repositories\n"; string(answer) != want {
		t.Errorf("completions are %q, want %q", answer, want)
	}
	if zsh := output(t, "completion", "zsh"); !strings.HasPrefix(zsh, "#compdef heraut\n") || !strings.Contains(zsh, "'doctor:") {
		t.Errorf("the completion of zsh is %q", zsh)
	}
}
