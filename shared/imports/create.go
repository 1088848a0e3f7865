package imports

import (
	"context"
	"net/http"

	"foyer/shared/api"
	"foyer/shared/files"
	"foyer/shared/table"
)

// CreateInput announces a file.
type CreateInput struct {
	Workspace string `path:"workspace"`
	Body      NewImport
}

// NewImport is the file that is going to be uploaded.
type NewImport struct {
	Size   int64  `json:"size" minimum:"1" maximum:"20971520" doc:"Bytes of the file" example:"2048"`
	SHA256 string `json:"sha256" minLength:"44" maxLength:"44" doc:"SHA-256 of the file, base64" example:"47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="`
}

// CreateOutput is the import, where it is, and where to upload its file.
type CreateOutput struct {
	Location string `header:"Location"`
	Body     Created
}

// Created is an import that waits for its file.
type Created struct {
	Import
	Upload files.Upload `json:"upload" doc:"PUT the file there, with the headers, within 15 minutes; another length or content is refused"`
}

// Create begins an import of contacts.
var Create = api.Operation[CreateInput, CreateOutput]{
	ID: "imports-create", Method: http.MethodPost, Path: "/workspaces/{workspace}/imports", Access: api.Admins, Status: http.StatusCreated,
	Summary: "Begin an import of contacts from a CSV file",
	Doc: "For the workspace's owner and admins. Answers where to upload the file, of at most 20 MB and 100,000 rows; then imports-plan says what would become of it, and imports-apply does that. " +
		"The columns are company, name and e-mail: in that order, or in any order below a header that names them in English or German (company, Firma; name; email, E-Mail), among others. " +
		"Commas, semicolons or tabs; fields may be quoted; UTF-8, with or without a byte order mark, or Windows-1252. The import and its files are kept for 30 days.",
	Handle: create, Replay: createAgain,
}

func create(ctx context.Context, c *api.Call, in *CreateInput) (*CreateOutput, error) {
	if !isSHA256(in.Body.SHA256) {
		return nil, api.Invalid(api.Fault("body.sha256", "must be 32 bytes, in base64"))
	}
	now := c.Now()
	row := table.ImportRow{Import: c.NewID("imp_"), Size: in.Body.Size, SHA256: in.Body.SHA256, Actor: c.Person, CreatedAt: now, TTL: now.Add(keptFor).Unix()}
	out, err := created(ctx, c, row) // first: nothing stands there whose file could not be uploaded
	if err != nil {
		return nil, err
	}
	tx := &table.Tx{}
	c.Remember(tx, row.Import)
	tx.Put(table.Import(c.Workspace, row.Import), row).If(table.Absent())
	if err := c.Table.Write(ctx, tx); err != nil {
		return nil, err
	}
	return out, nil
}

func createAgain(ctx context.Context, c *api.Call, _ *CreateInput, id string) (*CreateOutput, error) {
	row, err := load(ctx, c, id)
	if err != nil {
		return nil, err
	}
	return created(ctx, c, row)
}

func created(ctx context.Context, c *api.Call, row table.ImportRow) (*CreateOutput, error) {
	upload, err := files.Put(ctx, c.Env, uploadKey(c.Workspace, row.Import), row.Size, row.SHA256)
	if err != nil {
		return nil, err
	}
	return &CreateOutput{
		Location: api.Prefix + "/workspaces/" + c.Workspace + "/imports/" + row.Import,
		Body:     Created{Import: Import{ID: row.Import, State: "created", Size: row.Size, CreatedAt: row.CreatedAt}, Upload: *upload},
	}, nil
}
