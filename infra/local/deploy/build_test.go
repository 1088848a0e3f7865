package deploy

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func write(t *testing.T, root, path, content string) {
	t.Helper()
	full := filepath.Join(root, path)
	if err := os.MkdirAll(filepath.Dir(full), 0o750); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(full, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestAChangeOfWhatGoesIntoAFunctionIsSeen(t *testing.T) {
	root := t.TempDir()
	write(t, root, "template.yaml", "a")
	write(t, root, "shared/items/create.go", "package items")
	hash := func() string {
		h, err := sourceHash(root)
		if err != nil {
			t.Fatal(err)
		}
		return h
	}
	before := hash()
	for _, path := range []string{"shared/items/create_test.go", "README.md", ".local/log/x", ".git/HEAD", "events/a.json", "infra/local/main.go"} {
		write(t, root, path, "x")
		if got := hash(); got != before {
			t.Errorf("%s: got another hash; it goes into no function", path)
		}
	}
	for _, path := range []string{"shared/items/create.go", "template.yaml", "go.sum", "shared/mail/invitation.html", "infra/openapi.json", "functions/web/dist/app.js"} {
		write(t, root, path, "changed")
		if got := hash(); got == before {
			t.Errorf("%s: got the same hash; a function may contain it", path)
		} else {
			before = got
		}
	}
}

func TestSAMSeesNoOtherAWS(t *testing.T) {
	env := samEnvironment("/repo", "/venv/bin", []string{"AWS_PROFILE=production", "AWS_SESSION_TOKEN=t", "HOME=/home/ann", "SAM_CLI_TELEMETRY=1", "GOOS=plan9"}, "AWS_ENDPOINT_URL=http://127.0.0.1:1")
	for _, never := range []string{"AWS_PROFILE=production", "AWS_SESSION_TOKEN=t", "SAM_CLI_TELEMETRY=1", "GOOS=plan9"} {
		if slices.Contains(env, never) {
			t.Errorf("the SAM CLI sees %s", never)
		}
	}
	for _, want := range []string{"HOME=/home/ann", "AWS_ENDPOINT_URL=http://127.0.0.1:1", "SAM_CLI_TELEMETRY=0"} {
		if !slices.Contains(env, want) {
			t.Errorf("the SAM CLI does not see %s", want)
		}
	}
}
