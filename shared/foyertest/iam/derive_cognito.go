package iam

import (
	"fmt"
	"reflect"
	"strings"
)

const cognitoPackage = "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"

// cognitoPublic are the operations of which the API reference says that "Amazon Cognito
// doesn't evaluate IAM policies in requests for this API operation": a client id, a
// token or a session is all they need, so no statement is asked.
var cognitoPublic = map[string]bool{
	"AssociateSoftwareToken": true, "ChangePassword": true, "ConfirmDevice": true, "ConfirmForgotPassword": true,
	"ConfirmSignUp": true, "DeleteUser": true, "DeleteUserAttributes": true, "ForgetDevice": true, "ForgotPassword": true,
	"GetDevice": true, "GetTokensFromRefreshToken": true, "GetUser": true, "GetUserAttributeVerificationCode": true,
	"GlobalSignOut": true, "InitiateAuth": true, "ListDevices": true, "ResendConfirmationCode": true,
	"RespondToAuthChallenge": true, "RevokeToken": true, "SetUserMFAPreference": true, "SetUserSettings": true,
	"SignUp": true, "UpdateDeviceStatus": true, "UpdateUserAttributes": true, "VerifySoftwareToken": true,
	"VerifyUserAttribute": true,
}

// cognitoPool are the operations beside Admin… that are authorised on the pool.
var cognitoPool = map[string]bool{
	"DescribeUserPool": true, "DescribeUserPoolClient": true, "ListUsers": true, "ListUserPoolClients": true,
	"GetUserPoolMfaConfig": true,
}

// cognitoRequests derives the requests of Cognito's user pools: every operation with a
// UserPoolId is the action of its own name on the pool's ARN, without condition keys
// (Service Authorization Reference, "Amazon Cognito User Pools").
func (e *Enforcer) cognitoRequests(input any) ([]Request, bool, error) {
	v := reflect.ValueOf(input)
	if v.Kind() != reflect.Pointer || v.IsNil() || v.Elem().Type().PkgPath() != cognitoPackage {
		return nil, false, nil
	}
	operation := strings.TrimSuffix(v.Elem().Type().Name(), "Input")
	if cognitoPublic[operation] {
		return nil, true, nil
	}
	if !strings.HasPrefix(operation, "Admin") && !cognitoPool[operation] {
		return nil, false, nil
	}
	id, ok := v.Elem().FieldByName("UserPoolId").Interface().(*string)
	if !ok || id == nil {
		return nil, true, fmt.Errorf("the call has no UserPoolId")
	}
	return each("cognito-idp:"+operation, nil, e.arn("cognito-idp", "userpool/"+*id)), true, nil
}
