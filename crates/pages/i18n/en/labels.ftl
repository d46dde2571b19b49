# Labels of values. The vendor labels follow docs/design/japanese-practice.md §3.3.
status-interim = Interim
status-final = Final
status-updated = Updated
status-withdrawn = Withdrawn
status-interim-note = The analysis continues. The content may change.
status-withdrawn-note = This document has been withdrawn.

audience-administrator = For administrators
audience-general = For the general public
audience-developer = For developers

severity-not-recorded = Not recorded
severity-none = None
severity-caution = Caution
severity-warning = Warning
severity-important = Important
severity-critical = Critical

threat-occurring = Exploitation confirmed
threat-expected = Exploitation possible
threat-none-known = No exploitation known
threat-not-recorded = Not recorded

damage-denial-of-service = Denial of service
damage-intrusion = Intrusion
damage-code-execution = Code execution
damage-leak = Information leak
damage-tampering = Tampering
damage-privilege-escalation = Privilege escalation

vendor-notified = Notified
vendor-investigating = Under investigation
vendor-vulnerable = Vulnerable
vendor-vulnerable-fixed = Vulnerable, fixed
vendor-not-vulnerable = Not vulnerable
vendor-unknown = Unknown
vendor-unreachable = Unreachable
vendor-notified-note = The vendor knows of the matter and has not said whether it is affected. This label does not tell whether it is.
vendor-investigating-note = The vendor answered that it is looking into it.
vendor-vulnerable-note = The vendor answered that it has affected products.
vendor-vulnerable-fixed-note = The vendor answered that it has affected products and that a fixed version exists.
vendor-not-vulnerable-note = The vendor answered that it has no affected products.
vendor-unknown-note = The vendor answered that it cannot tell whether it is affected, or records of the past say so.
vendor-unreachable-note = Contact was tried in several ways. The vendor was judged unreachable.

product-known-affected = Affected
product-known-not-affected = Not affected
product-under-investigation = Under investigation
product-fixed = Fixed version available
