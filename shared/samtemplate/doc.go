// Package samtemplate reads a SAM template the way a deployment would: intrinsic
// functions resolved, conditions decided, Globals merged into functions. It gives
// tests a small typed model of what will stand in AWS: functions, routes, the table,
// the user pool, and how many CloudFormation resources the template becomes.
//
// Nothing is guessed. An intrinsic, attribute or property that the package does not
// know is an error that names the file, the line and the place in the template.
//
// ARNs are deterministic and need no AWS: see [Settings] for the account, the region
// and the physical names they are made of.
package samtemplate
