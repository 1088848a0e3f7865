package main

import (
	"archive/tar"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
)

// containerAPI is the little of the Docker Engine API that is needed here, over a Unix socket: no docker client has to
// be installed.
type containerAPI struct{ client http.Client }

// newContainerAPI returns a client of the engine at the Unix socket.
func newContainerAPI(socket string) *containerAPI {
	return &containerAPI{http.Client{Transport: &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "unix", socket)
		},
	}}}
}

// driver returns the storage driver that the engine chose (overlay2, or vfs where overlayfs is not to be had), which
// also shows that it answers.
func (c *containerAPI) driver(ctx context.Context) (string, error) {
	var info struct{ Driver string }
	err := c.call(ctx, http.MethodGet, "/info", nil, func(body io.Reader) error { return json.NewDecoder(body).Decode(&info) })
	return info.Driver, err
}

// importImage makes an image whose whole file system is the tar archive, under the given tag.
func (c *containerAPI) importImage(ctx context.Context, image string, archive io.Reader) error {
	name, tag, _ := strings.Cut(image, ":")
	query := url.Values{"fromSrc": {"-"}, "repo": {name}, "tag": {tag}}
	// The answer is a stream of progress lines, and a 200 even where one of them is an error.
	return c.call(ctx, http.MethodPost, "/images/create?"+query.Encode(), archive, func(body io.Reader) error {
		for lines := json.NewDecoder(body); ; {
			var line struct {
				Error string `json:"error"`
			}
			switch err := lines.Decode(&line); {
			case errors.Is(err, io.EOF):
				return nil
			case err != nil:
				return err
			case line.Error != "":
				return errors.New(line.Error)
			}
		}
	})
}

// killContainers ends all running containers. SAM would stop them one by one, each with
// three seconds of grace; the functions have nothing to put in order.
func (c *containerAPI) killContainers(ctx context.Context) error {
	var running []struct {
		ID string `json:"Id"`
	}
	err := c.call(ctx, http.MethodGet, "/containers/json", nil, func(body io.Reader) error { return json.NewDecoder(body).Decode(&running) })
	errs := make([]error, len(running))
	var all sync.WaitGroup
	for i, container := range running {
		all.Go(func() { errs[i] = c.call(ctx, http.MethodPost, "/containers/"+container.ID+"/kill", nil, nil) })
	}
	all.Wait()
	return errors.Join(append(errs, err)...)
}

// call makes one request and hands the body of a good answer to read.
func (c *containerAPI) call(ctx context.Context, method, path string, body io.Reader, read func(io.Reader) error) error {
	req, err := http.NewRequestWithContext(ctx, method, "http://engine"+path, body)
	if err != nil {
		return err
	}
	res, err := c.client.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode >= 300 {
		text, _ := io.ReadAll(io.LimitReader(res.Body, 4096))
		return fmt.Errorf("container engine: %s %s: %s: %s", method, path, res.Status, strings.TrimSpace(string(text)))
	}
	if read == nil {
		return nil
	}
	return read(res.Body)
}

// writeImage writes the file system of a function's container as a tar archive: the runtime interface emulator where
// SAM starts it, a /tmp as in Lambda, the empty folder where SAM mounts the function, and nothing else. The functions
// are static binaries, so there is no C library and no shell.
func writeImage(w io.Writer, emulator string) error {
	program, err := os.ReadFile(emulator) //nolint:gosec // a file of the SAM CLI
	if err != nil {
		return err
	}
	archive := tar.NewWriter(w)
	for _, entry := range []tar.Header{
		{Name: "tmp/", Mode: 0o1777, Typeflag: tar.TypeDir},
		{Name: "var/", Mode: 0o755, Typeflag: tar.TypeDir},
		{Name: "var/task/", Mode: 0o755, Typeflag: tar.TypeDir},
		{Name: "var/rapid/", Mode: 0o755, Typeflag: tar.TypeDir},
		{Name: "var/rapid/aws-lambda-rie", Mode: 0o755, Typeflag: tar.TypeReg, Size: int64(len(program))},
	} {
		if err := archive.WriteHeader(&entry); err != nil {
			return err
		}
	}
	if _, err := archive.Write(program); err != nil {
		return err
	}
	return archive.Close()
}
