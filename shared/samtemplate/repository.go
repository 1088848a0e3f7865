package samtemplate

import (
	"errors"
	"os"
	"path/filepath"
)

// Repository is the nearest folder, from here upwards, with the template: of a program that
// runs in the repository, and of a test, which runs in its package's folder.
func Repository() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "template.yaml")); err == nil {
			return dir, nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", errors.New("no template.yaml here or above: run this in the repository")
		}
		dir = parent
	}
}
