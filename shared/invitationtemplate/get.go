package invitationtemplate

import (
	"context"
	"net/http"

	"foyer/shared/api"
)

// Get shows the workspace's invitation mail.
var Get = api.Operation[In, api.Tagged[Template]]{
	ID: "invitation-template-get", Method: http.MethodGet, Path: "/workspaces/{workspace}/invitation-template", Access: api.Admins,
	Summary: "Show the invitation mail",
	Doc: "For the workspace's owner and admins. What was never set is absent: it is as in the default mail. The HTML is as it was sanitised when it was saved. " +
		"The ETag is what invitation-template-put wants in If-Match.",
	Reads: Stored, Handle: get,
}

func get(ctx context.Context, c *api.Call, _ *In) (*api.Tagged[Template], error) {
	row, _, err := Load(ctx, c)
	if err != nil {
		return nil, err
	}
	return api.WithTag(Of(row)), nil
}
