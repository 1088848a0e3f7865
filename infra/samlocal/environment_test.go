package main

import (
	"encoding/json"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"
)

const template = `Globals:
  Function:
    Runtime: provided.al2023
    Environment:
      Variables:
        TABLE: !Ref Table
Resources:
  Table:
    Type: AWS::DynamoDB::Table
  MeGetFunction:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: MeGetFunction
  WebFunction:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: /srv/web
`

func TestLocalTemplateNamesEndpointAndFoldersAndKeepsTheRest(t *testing.T) {
	got, err := localTemplate([]byte(template), "/build")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"AWS_ENDPOINT_URL: \"\"", "CodeUri: /build/MeGetFunction", "CodeUri: /srv/web",
		"TABLE: !Ref Table", "Type: AWS::DynamoDB::Table", "Runtime: provided.al2023",
	} {
		if !strings.Contains(string(got), want) {
			t.Errorf("%q is not in:\n%s", want, got)
		}
	}
	again, err := localTemplate(got, "/elsewhere")
	if err != nil || string(again) != string(got) {
		t.Errorf("made twice (error %v):\n%s", err, again)
	}
}

func TestLocalTemplateMakesTheGlobalsThatAreMissing(t *testing.T) {
	got, err := localTemplate([]byte("Resources: {}\n"), "/build")
	if err != nil {
		t.Fatal(err)
	}
	var read struct {
		Globals struct {
			Function struct {
				Environment struct {
					Variables map[string]string `yaml:"Variables"`
				} `yaml:"Environment"`
			} `yaml:"Function"`
		} `yaml:"Globals"`
	}
	if err := yaml.Unmarshal(got, &read); err != nil {
		t.Fatal(err)
	}
	if value, ok := read.Globals.Function.Environment.Variables["AWS_ENDPOINT_URL"]; !ok || value != "" {
		t.Errorf("got %q (named: %v), want an empty variable", value, ok)
	}
}

func TestLocalTemplateRefusesWhatIsNoTemplate(t *testing.T) {
	for _, text := range []string{"", "- a\n", "Globals: text\n", "a: [\n", "Globals: {}\n"} {
		if got, err := localTemplate([]byte(text), "/build"); err == nil {
			t.Errorf("%q: got %q, want an error", text, got)
		}
	}
}

func TestEnvVarsAreThoseOfTheStackWithTheContainersEndpoint(t *testing.T) {
	deployed := map[string]map[string]string{
		"MeGetFunction":       {"TABLE": "foyer-Table", "AWS_ENDPOINT_URL": "http://localhost:4566"},
		"TokenScopesFunction": nil,
	}
	data, err := envVars(deployed, "http://198.18.0.1:5000")
	if err != nil {
		t.Fatal(err)
	}
	var got map[string]map[string]string
	if err := json.Unmarshal(data, &got); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ function, variable, want string }{
		{"MeGetFunction", "TABLE", "foyer-Table"},
		{"MeGetFunction", "AWS_ENDPOINT_URL", "http://198.18.0.1:5000"},
		{"TokenScopesFunction", "AWS_ENDPOINT_URL", "http://198.18.0.1:5000"},
	} {
		if got := got[c.function][c.variable]; got != c.want {
			t.Errorf("%s of %s: got %q, want %q", c.variable, c.function, got, c.want)
		}
	}
	if got := deployed["MeGetFunction"]["AWS_ENDPOINT_URL"]; got != "http://localhost:4566" {
		t.Errorf("the deployed stack's own variable was changed to %q", got)
	}
	if _, err := envVars(nil, "http://198.18.0.1:5000"); err == nil {
		t.Error("a stack without functions: want an error")
	}
}
