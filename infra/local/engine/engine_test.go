package engine

import (
	"strings"
	"testing"
)

func TestTheEngineSeesNothingOfThisProgramsEnvironment(t *testing.T) {
	t.Setenv("HTTPS_PROXY", "http://proxy.example")
	t.Setenv("AWS_PROFILE", "production")
	t.Setenv("AWS_ENDPOINT_URL", "https://elsewhere.example")
	all := strings.Join(environment("/data", 4711), "\n")
	for _, want := range []string{"BIND_HOST=127.0.0.1\n", "GATEWAY_PORT=4711\n", "AWS_ENDPOINT_URL=http://127.0.0.1:4711\n", "IOT_MTLS_ENABLED=0\n"} {
		if !strings.Contains(all+"\n", want) {
			t.Errorf("%q is not in the engine's environment:\n%s", want, all)
		}
	}
	for _, never := range []string{"PROXY", "production", "elsewhere"} {
		if strings.Contains(all, never) {
			t.Errorf("%q is in the engine's environment:\n%s", never, all)
		}
	}
}
