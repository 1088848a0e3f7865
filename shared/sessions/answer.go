package sessions

import (
	"context"
	"errors"
	"net/http"

	"foyer/shared/api"
	"foyer/shared/identity"
	"foyer/shared/limits"
	"foyer/shared/table"
)

// AnswerInput is the answer to a challenge of sessions-create.
type AnswerInput struct{ Body ChallengeAnswer }

// ChallengeAnswer is the challenge, and the code of the person's authenticator.
type ChallengeAnswer struct {
	Challenge string `json:"challenge" minLength:"1" maxLength:"4096" doc:"As sessions-create gave it"`
	Code      string `json:"code" pattern:"^[0-9]{6}$" patternDescription:"six digits" example:"123456"`
}

// AnswerOutput is what the person calls Foyer with.
type AnswerOutput struct{ Body SessionTokens }

// Answer completes a sign-in with the code of the second factor.
var Answer = api.Operation[AnswerInput, AnswerOutput]{
	ID: "sessions-answer", Method: http.MethodPost, Path: "/sessions/challenges", Access: api.Public, Status: http.StatusCreated,
	Summary: "Answer the challenge of a sign-in",
	Doc: "For whoever was given the challenge. 401 `wrong-code` where the code is not the right one now: the same challenge may be answered again. " +
		"401 `challenge-over` where it was answered (also by a request that then failed), is older than three minutes, or is none: begin again with sessions-create. 429 `too-many-attempts` (Retry-After) after too many.",
	Repeatable: "a challenge is answered once",
	Handle:     answer, Problems: []int{http.StatusUnauthorized, http.StatusTooManyRequests},
}

func answer(ctx context.Context, c *api.Call, in *AnswerInput) (out *AnswerOutput, err error) {
	person, session, ok := parted(in.Body.Challenge)
	if !ok {
		return nil, errOver
	}
	attempt, err := limits.Take(ctx, c, limits.Code, person)
	if err != nil {
		return nil, err
	}
	defer func() { attempt.Settle(ctx, c, err) }()
	key := table.Challenge(person, session)
	var put table.ChallengeRow
	if _, err := c.Table.Get(ctx, key, &put); err != nil {
		return nil, err
	}
	if put.TTL <= c.Now().Unix() { // one that is not there has ended
		return nil, errOver
	}
	tokens, err := identity.From(c.Env).Answer(ctx, person, session, in.Body.Code)
	switch {
	case errors.Is(err, identity.ErrCode):
		return nil, api.NewProblem(http.StatusUnauthorized, "wrong-code", "That is not the code that your authenticator shows now.")
	case errors.Is(err, identity.ErrSessionOver):
		return nil, errOver
	case err != nil:
		return nil, err
	}
	if err := open(ctx, c, person, table.AccountRow{Ended: put.Ended}, tokens, &key); err != nil {
		return nil, err
	}
	return &AnswerOutput{Body: shown(person, tokens.Refresh, tokens)}, nil
}
