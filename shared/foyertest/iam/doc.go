// Package iam holds a function under test to the policy that template.yaml gives it:
// an SDK middleware derives from each call the actions, resources and condition keys
// that AWS would check, evaluates the function's statements as AWS does, and refuses
// what AWS would refuse, before the call is made. No local engine enforces IAM; with
// this the tests do.
//
// A test asks [ForFunction] for an [Enforcer] and puts [Enforcer.Middleware] into the
// APIOptions of its aws.Config:
//
//	enforcer, err := iam.ForFunction(tpl, "invitations-send", map[string]string{"Table": table})
//	config.APIOptions = append(config.APIOptions, enforcer.Middleware())
//
// Where AWS's documentation leaves room, the package takes the stricter reading and
// says so at that place: what passes here passes on AWS. A service, operation,
// operator or condition key that the package does not know is an error that says how
// to add it; it is never a grant.
//
// What is evaluated: identity policies of the function's role. What is not: resource
// policies, permission boundaries, service control policies, policy variables; the
// first three could only take away or, for a resource policy, grant to other accounts.
package iam
