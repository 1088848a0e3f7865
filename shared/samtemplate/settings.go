package samtemplate

// The account, region and stack that ARNs are made of unless [Settings] says otherwise.
// 123456789012 is the account number of AWS's own examples.
const (
	DefaultRegion    = "eu-central-1"
	DefaultAccountID = "123456789012"
	DefaultStackName = "foyer"
)

// Settings is what a deployment knows beyond the template. The zero value stands for
// the parameters' defaults and made-up physical names.
type Settings struct {
	// Parameters overrides the defaults of the template's parameters.
	Parameters map[string]string

	// Names maps a logical id to the physical name that the SDK is called with: a
	// table's name, a queue's name or URL, a user pool's id (eu-central-1_AbC), a
	// secret's name or ARN. A resource without one has the name that the template gives it, or else
	// <stack>-<logical id> (<region>_<logical id> for a user pool).
	Names map[string]string

	// Region, AccountID and StackName default to the constants of this package.
	Region, AccountID, StackName string
}

// with gives s overlaid by what o sets.
func (s Settings) with(o Settings) Settings {
	s.Parameters = overlay(s.Parameters, o.Parameters)
	s.Names = overlay(s.Names, o.Names)
	s.Region = first(o.Region, s.Region, DefaultRegion)
	s.AccountID = first(o.AccountID, s.AccountID, DefaultAccountID)
	s.StackName = first(o.StackName, s.StackName, DefaultStackName)
	return s
}

func overlay(base, over map[string]string) map[string]string {
	out := make(map[string]string, len(base)+len(over))
	for k, v := range base {
		out[k] = v
	}
	for k, v := range over {
		out[k] = v
	}
	return out
}

func first(values ...string) string {
	for _, v := range values {
		if v != "" {
			return v
		}
	}
	return ""
}
