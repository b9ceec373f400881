#!/usr/bin/env bash
# Renewal windows of cert-manager only ever delay: past the certificate's end where that is the next window, and where a
# window is too far away they do not count at all. A longer renewBefore can renew later than a shorter one.
#
# Version: github.com/cert-manager/cert-manager v1.21.2 (pki.RenewalTime, by which its controller decides and which
# status.renewalTime shows), Go 1.26.
#
# `renewal: {policy: RenewBefore, windows: [...]}` is new in 1.21. A good engineer who asks for renewals on Sunday nights
# expects the last window before the certificate is due, or at least one before it ends. It is the first window from then
# on, which may open as late as its own length after the end: a window of two days that opens one day after the end is
# taken, and the controller, which asks nothing else of a certificate's time, lets it end. Where no window opens until
# then, the certificate is renewed when it is due, at whatever hour, and is not Ready (WindowError) from the day on that
# it was issued. A window that fits 90 days does all three as an authority's certificates get shorter, without a change
# of the Certificate.
# renewBefore of 30 days means a renewal every 60 days of 90, every 10 of 40, and every 20 of 30, since one as long as the
# whole life does not count: for a while shorter certificates are ordered twice as often as still shorter ones.
# Sunday is 0; the 7 that the field's comment allows "on some systems" is refused.
#
# Valid input (but for that 7, which the webhook refuses by the same parser), no crash.
#
# Output seen (certificates issued on Monday 2 March 2026 at 03:00 UTC; days that are left of each at its renewal):
#   90 days, Sundays at 02:00 for 2h: Sun 3 May 02:00, 28.0 left
#   10 days, Sundays at 02:00 for 2h: Sun 8 Mar 19:00, 3.3 left, WindowError
#   10 days, Sundays at 02:00 for 24h: Sun 8 Mar 19:00, 3.3 left
#   64 days, first of the month at 02:00 for 2h: Fri 1 May 02:00, 4.0 left
#   58 days, first of the month at 02:00 for 2h: Thu 9 Apr 19:00, 19.3 left, WindowError
#   58 days, first of the month at 02:00 for 72h: Fri 1 May 02:00, -2.0 left
#   6 days, Mondays at 02:00 for 24h: Mon 9 Mar 02:00, -1.0 left
#   renewBefore 30 days: of 90 days after 60, of 45 after 15, of 40 after 10, of 31 after 1, of 30 after 20
#   Sunday as 7: refused
set -euo pipefail
work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
cd "$work"
export GOFLAGS=-mod=mod GOPATH="$work/go" GOCACHE="$work/cache" GOTOOLCHAIN=local
cat >main.go <<'GO'
package main

import (
	"fmt"
	"strings"
	"time"

	api "github.com/cert-manager/cert-manager/pkg/apis/certmanager/v1"
	"github.com/cert-manager/cert-manager/pkg/util/pki"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
)

const day = 24 * time.Hour

var issued = time.Date(2026, time.March, 2, 3, 0, 0, 0, time.UTC)

func windows(cron string, hours int) *api.CertificateRenewal {
	length := meta.Duration{Duration: time.Duration(hours) * time.Hour}
	return &api.CertificateRenewal{
		Policy:  api.CertificateRenewalPolicyRenewBefore,
		Windows: []api.CertificateRenewalWindows{{Cron: cron, WindowDuration: &length}},
	}
}

func main() {
	for _, try := range []struct {
		days, hours int
		cron, when  string
	}{
		{90, 2, "0 2 * * 0", "Sundays"},
		{10, 2, "0 2 * * 0", "Sundays"},
		{10, 24, "0 2 * * 0", "Sundays"},
		{64, 2, "0 2 1 * *", "first of the month"},
		{58, 2, "0 2 1 * *", "first of the month"},
		{58, 72, "0 2 1 * *", "first of the month"},
		{6, 24, "0 2 * * 1", "Mondays"},
	} {
		end := issued.Add(time.Duration(try.days) * day)
		at, err := pki.RenewalTime(issued, end, nil, nil, windows(try.cron, try.hours))
		word := ""
		if err != nil {
			word = ", WindowError"
		}
		fmt.Printf("%d days, %s at 02:00 for %dh: %s, %.1f left%s\n", try.days, try.when, try.hours,
			at.UTC().Format("Mon 2 Jan 15:04"), end.Sub(at.Time).Hours()/24, word)
	}
	var lives []string
	for _, days := range []int{90, 45, 40, 31, 30} {
		end := issued.Add(time.Duration(days) * day)
		at, _ := pki.RenewalTime(issued, end, &meta.Duration{Duration: 30 * day}, nil, nil)
		lives = append(lives, fmt.Sprintf("of %d %safter %.0f", days, map[bool]string{true: "days "}[days == 90], at.Sub(issued).Hours()/24))
	}
	fmt.Println("renewBefore 30 days: " + strings.Join(lives, ", "))
	if _, err := pki.RenewalTime(issued, issued.Add(90*day), nil, nil, windows("0 2 * * 7", 2)); err != nil {
		fmt.Println("Sunday as 7: refused")
	}
}
GO
go mod init renewals >/dev/null 2>&1
go get github.com/cert-manager/cert-manager@v1.21.2 >/dev/null 2>&1
go build -o renewals . 2>/dev/null
seen=$(./renewals)
expected="90 days, Sundays at 02:00 for 2h: Sun 3 May 02:00, 28.0 left
10 days, Sundays at 02:00 for 2h: Sun 8 Mar 19:00, 3.3 left, WindowError
10 days, Sundays at 02:00 for 24h: Sun 8 Mar 19:00, 3.3 left
64 days, first of the month at 02:00 for 2h: Fri 1 May 02:00, 4.0 left
58 days, first of the month at 02:00 for 2h: Thu 9 Apr 19:00, 19.3 left, WindowError
58 days, first of the month at 02:00 for 72h: Fri 1 May 02:00, -2.0 left
6 days, Mondays at 02:00 for 24h: Mon 9 Mar 02:00, -1.0 left
renewBefore 30 days: of 90 days after 60, of 45 after 15, of 40 after 10, of 31 after 1, of 30 after 20
Sunday as 7: refused"
echo "$seen"
if [ "$seen" != "$expected" ]; then
  echo "changed: expected" >&2
  echo "$expected" >&2
  exit 1
fi
