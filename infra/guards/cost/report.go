//go:build engine

package cost

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"
)

// Report is what `make cost` writes: what everything costs, the least with its reasons,
// and the month.
func Report(t testing.TB, typical, large []Metered) string {
	t.Helper()
	var b strings.Builder
	b.WriteString(head())
	units(&b, typical, large)
	reasons(&b, typical)
	month(t, &b, typical)
	return b.String()
}

func head() string {
	return "<!-- Written by make cost. -->\n# What Foyer costs\n\n" +
		"Measured: what each operation and consumer consumes of DynamoDB (read and write units), how many AWS calls it makes and how many of them one after another. The meter is\n" +
		"DynamoDB Local 2.6.1, with AWS's rules where it departs from them (infra/guards/cost/meter.go). A function has run before. Assumed: how often people do what, and what no local\n" +
		"engine can tell, such as time on Lambda. Prices are AWS's list prices in us-east-1; free tiers are not counted. A test holds every figure to its least and this page to the figures.\n\n" +
		fmt.Sprintf("Typical: a project with %s.\nLarge: a project with %s.\n\n", describe(Typical), describe(Large))
}

func describe(z Size) string {
	return fmt.Sprintf("%d shared and %d private items of %d KB and %d people; a client of %d projects in %d workspaces; feeds of %d lines", z.Shared, z.Private, z.ItemBytes>>10, z.People, z.Projects, z.Workspaces, z.Feed)
}

func units(b *strings.Builder, typical, large []Metered) {
	b.WriteString("## Units and calls\n\nUSD for a million: DynamoDB's units in the typical state, and with everything else that a call causes by itself\n(gateway, invocation, its time as assumed below, trace, log).\n\n" +
		"| | read | written | calls | one after another | large: read | written | calls | one after another | USD for a million: units | all |\n|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n")
	for i, m := range typical {
		l := large[i]
		fmt.Fprintf(b, "| %s | %g | %g | %d | %d | %g | %g | %d | %d | %.2f | %.2f |\n", m.Name, m.Use.Read, m.Use.Write, m.Use.Calls, m.Use.Rounds,
			l.Use.Read, l.Use.Write, l.Use.Calls, l.Use.Rounds, million*ofUnits(m), million*ofCall(m))
	}
	b.WriteString("\nWith an Idempotency-Key a POST costs 1 read and 2 written more; a preview (`?as=`) 1 read more; a client's reads cost the same beside 10², 10³ and 10⁴ private items.\n\n")
}

func ofUnits(m Metered) float64 {
	return m.Use.Read*readUnit.each() + m.Use.Write*writeUnit.each()
}

// ofCall is a call with all that it causes by itself.
func ofCall(m Metered) float64 {
	usd := ofUnits(m) + invocation.each() + trace.each() + Month.LogBytes/1e9*logged.each() +
		(Month.OwnMilliseconds+Month.RoundTripMilliseconds*float64(m.Use.Rounds))/1000*Month.MemoryGB*gbSecond.each() +
		float64(m.Services["SES"])*mailSent.each() + float64(m.Services["SQS"])*queueCall.each() + float64(m.Services["S3"])*fileWritten.each()
	if HasEntry(m.Name) {
		usd += httpCall.each() + Month.AnswerBytes/1e9*sentOut.each()
	}
	if strings.HasPrefix(m.Name, "due-run") {
		usd += scheduled.each()
	}
	return usd
}

func reasons(b *strings.Builder, typical []Metered) {
	b.WriteString("## Why no less\n\nThe least, step by step, in the typical state; ‖ are calls made at once.\n\n")
	for _, m := range typical {
		fmt.Fprintf(b, "- **%s**\n", m.Name)
		for _, why := range m.Why {
			fmt.Fprintf(b, "  1. %s\n", why)
		}
	}
}

func month(t testing.TB, b *strings.Builder, typical []Metered) {
	t.Helper()
	metered := map[string]Metered{}
	for _, m := range typical {
		metered[m.Name] = m
	}
	fmt.Fprintf(b, "\n## A month: %s\n\n| service | what | how many | USD each | USD |\n|---|---|--:|--:|--:|\n", Month.Name)
	bill := Bill(t, metered)
	services, sums, total := []string{}, map[string]float64{}, 0.0
	for _, l := range bill {
		fmt.Fprintf(b, "| %s | %s | %s | %s | %.2f |\n", l.price.Service, l.price.What, count3(l.n), priceOf(l.price), l.usd())
		if !slices.Contains(services, l.price.Service) {
			services = append(services, l.price.Service)
		}
		sums[l.price.Service] += l.usd()
		total += l.usd()
	}
	b.WriteString("\n| service | USD |\n|---|--:|\n")
	slices.SortStableFunc(services, func(a, z string) int {
		if sums[a] > sums[z] {
			return -1
		}
		return 1
	})
	for _, s := range services {
		fmt.Fprintf(b, "| %s | %.2f |\n", s, sums[s])
	}
	fmt.Fprintf(b, "| **all** | **%.2f** |\n\n", total)
	assumptions(b, metered)
	b.WriteString("\nSources of the prices, looked up in November 2026; AWS's own pages decide:\n\n")
	for _, l := range bill {
		fmt.Fprintf(b, "- %s, %s: %s\n", l.price.Service, l.price.What, l.price.Source)
	}
}

func assumptions(b *strings.Builder, metered map[string]Metered) {
	b.WriteString("Assumed (infra/guards/cost/month.go):\n\n")
	fmt.Fprintf(b, "- Each of %d clients: %s.\n", Month.Clients, frequencies(Month.PerClient))
	fmt.Fprintf(b, "- Each of %d members: %s.\n", Month.Members, frequencies(Month.PerMember))
	fmt.Fprintf(b, "- All together: %s.\n", frequencies(Month.Besides))
	fmt.Fprintf(b, "- Each loads the page %g times. All is in projects and pages of the typical state.\n", Month.Pages)
	fmt.Fprintf(b, "- Every new and every shared item is told to %g people, by a line and a mail each; a digest would send fewer. %g reminders for each invitation.\n", told4(metered), Month.Reminded)
	fmt.Fprintf(b, "- A call takes %g ms and %g ms for each round trip, at %g GB: an assumption, nothing local tells. First starts of a process are left out.\n", Month.OwnMilliseconds, Month.RoundTripMilliseconds, Month.MemoryGB)
	b.WriteString("- Each row of the stream is an invocation of its own. Every invocation is traced: X-Ray's default takes the first of each second, and at this traffic nearly all are the first.\n")
	b.WriteString("- The table's key is used by each function once in five minutes in which it runs, at most.\n")
	fmt.Fprintf(b, "- %g GB in the table; %g KB of log for an invocation; answers of %g KB, the page of %g KB; a request to SQS puts, one takes, one deletes.\n", Month.TableGB, Month.LogBytes/1024, Month.AnswerBytes/1024, Month.PageBytes/1024)
	calls := Calls()
	var absent []string
	for _, id := range slices.Sorted(maps.Keys(metered)) {
		if HasEntry(id) && calls[id] == 0 {
			absent = append(absent, id)
		}
	}
	if len(absent) > 0 {
		fmt.Fprintf(b, "- Not in this month: %s.\n", strings.Join(absent, ", "))
	}
}

func frequencies(m map[string]float64) string {
	var parts []string
	for _, id := range slices.Sorted(maps.Keys(m)) {
		parts = append(parts, fmt.Sprintf("%s %g", id, m[id]))
	}
	return strings.Join(parts, ", ")
}

// count3 is a number of at most three digits after the point, with its thousands apart.
func count3(n float64) string {
	if n < 100 {
		return fmt.Sprintf("%.3g", n)
	}
	digits := fmt.Sprintf("%.0f", math.Round(n))
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

func priceOf(p Price) string {
	switch p.Per {
	case 1:
		return fmt.Sprintf("%g", p.USD)
	case thousand:
		return fmt.Sprintf("%g / 1,000", p.USD)
	case 10 * thousand:
		return fmt.Sprintf("%g / 10,000", p.USD)
	}
	return fmt.Sprintf("%g / 1,000,000", p.USD)
}
