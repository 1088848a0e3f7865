package samtemplate

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"
)

// PasswordPolicy is what the user pool demands of a password, with Cognito's defaults
// where the template is silent.
type PasswordPolicy struct {
	MinimumLength                                                      int
	RequireLowercase, RequireUppercase, RequireNumbers, RequireSymbols bool
}

// UserPool is the definition of a Cognito user pool.
type UserPool struct {
	// LogicalID, the pool's id (physical name) and its ARN.
	LogicalID, ID, Arn string
	PasswordPolicy     PasswordPolicy
	// MFA is OFF, ON or OPTIONAL; MFAs are the enabled factors (SOFTWARE_TOKEN_MFA).
	MFA  string
	MFAs []string
	// Triggers maps a trigger of LambdaConfig to the function's ARN.
	Triggers map[string]string

	create *cognitoidentityprovider.CreateUserPoolInput
}

// UserPoolClient is the definition of an app client.
type UserPoolClient struct {
	// LogicalID, the client's id (physical name), and its pool's id.
	LogicalID, ID, UserPoolID string
	// AuthFlows are the explicit ones.
	AuthFlows []string
	// HasSecret says that calls need a SECRET_HASH.
	HasSecret bool

	create *cognitoidentityprovider.CreateUserPoolClientInput
}

// UserPool gives the user pool with that logical id.
func (t *Template) UserPool(logicalID string) (UserPool, error) {
	pool := UserPool{LogicalID: logicalID, Triggers: map[string]string{}}
	resource, ok := t.Resources[logicalID]
	if !ok || resource.Type != "AWS::Cognito::UserPool" {
		return pool, fmt.Errorf("%s has no AWS::Cognito::UserPool %s", t.Path, logicalID)
	}
	var err error
	if pool.ID, err = t.Ref(logicalID); err != nil {
		return pool, err
	}
	if pool.Arn, err = t.GetAtt(logicalID, "Arn"); err != nil {
		return pool, err
	}
	p := maps.Clone(resource.Properties)
	pool.MFA, pool.MFAs = first(text(p["MfaConfiguration"]), "OFF"), Strings(p["EnabledMfas"])
	for trigger, arn := range Map(p["LambdaConfig"]) {
		if config := Map(arn); config != nil {
			arn = config["LambdaArn"] // PreTokenGenerationConfig has a version beside the ARN
		}
		pool.Triggers[trigger] = text(arn)
	}
	pool.PasswordPolicy = passwordPolicy(Map(Map(p["Policies"])["PasswordPolicy"]))
	// What CloudFormation names otherwise than the API, or sets by another call.
	p["PoolName"] = first(text(p["UserPoolName"]), t.Settings.StackName+"-"+logicalID)
	delete(p, "UserPoolName")
	delete(p, "EnabledMfas")
	pool.create = &cognitoidentityprovider.CreateUserPoolInput{}
	return pool, t.decode(resource, p, pool.create)
}

// passwordPolicy fills in Cognito's defaults (API reference, PasswordPolicyType): eight
// characters; each requirement off unless set in a given policy, on where there is none.
func passwordPolicy(m map[string]any) PasswordPolicy {
	if m == nil {
		return PasswordPolicy{8, true, true, true, true}
	}
	policy := PasswordPolicy{MinimumLength: 8}
	if v, ok := m["MinimumLength"].(int); ok {
		policy.MinimumLength = v
	}
	for name, into := range map[string]*bool{
		"RequireLowercase": &policy.RequireLowercase, "RequireUppercase": &policy.RequireUppercase,
		"RequireNumbers": &policy.RequireNumbers, "RequireSymbols": &policy.RequireSymbols,
	} {
		*into = text(m[name]) == "true"
	}
	return policy
}

// UserPoolClient gives the app client with that logical id.
func (t *Template) UserPoolClient(logicalID string) (UserPoolClient, error) {
	client := UserPoolClient{LogicalID: logicalID}
	resource, ok := t.Resources[logicalID]
	if !ok || resource.Type != "AWS::Cognito::UserPoolClient" {
		return client, fmt.Errorf("%s has no AWS::Cognito::UserPoolClient %s", t.Path, logicalID)
	}
	var err error
	if client.ID, err = t.Ref(logicalID); err != nil {
		return client, err
	}
	p := maps.Clone(resource.Properties)
	client.UserPoolID, client.AuthFlows = text(p["UserPoolId"]), Strings(p["ExplicitAuthFlows"])
	client.HasSecret = text(p["GenerateSecret"]) == "true"
	p["ClientName"] = first(text(p["ClientName"]), t.Settings.StackName+"-"+logicalID)
	client.create = &cognitoidentityprovider.CreateUserPoolClientInput{}
	return client, t.decode(resource, p, client.create)
}

// CreateUserPoolInput gives the call that makes the same pool, without triggers: a test
// has no functions to call. Factors are a call of their own, see
// [UserPool.SetUserPoolMfaConfigInput].
func (u UserPool) CreateUserPoolInput() *cognitoidentityprovider.CreateUserPoolInput {
	in := *u.create
	in.LambdaConfig = nil
	if u.MFA != string(types.UserPoolMfaTypeOff) {
		in.MfaConfiguration = types.UserPoolMfaTypeOff // Cognito refuses it before a factor is enabled
	}
	return &in
}

// SetUserPoolMfaConfigInput gives the call that enables the pool's factors; nil where it
// has none. poolID is the id of the pool that was made.
func (u UserPool) SetUserPoolMfaConfigInput(poolID string) *cognitoidentityprovider.SetUserPoolMfaConfigInput {
	if !contains(u.MFAs, "SOFTWARE_TOKEN_MFA") {
		return nil
	}
	return &cognitoidentityprovider.SetUserPoolMfaConfigInput{
		UserPoolId: aws.String(poolID), MfaConfiguration: types.UserPoolMfaType(u.MFA),
		SoftwareTokenMfaConfiguration: &types.SoftwareTokenMfaConfigType{Enabled: true},
	}
}

// CreateUserPoolClientInput gives the call that makes the same client in the pool that
// was made.
func (c UserPoolClient) CreateUserPoolClientInput(poolID string) *cognitoidentityprovider.CreateUserPoolClientInput {
	in := *c.create
	in.UserPoolId = aws.String(poolID)
	return &in
}

// decode reads CloudFormation properties into the input of the API call, whose fields
// have the same names. A property that the call does not have is an error.
func (t *Template) decode(resource Resource, properties map[string]any, into any) error {
	encoded, err := json.Marshal(properties)
	if err != nil {
		return t.errorAt(resource, "Properties", "%v", err)
	}
	decoder := json.NewDecoder(bytes.NewReader(encoded))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		return t.errorAt(resource, "Properties", "%v (a name or type that the API call does not have; see userpool.go)", err)
	}
	return nil
}
