"""The two ways in: sockets that we open (needs no public address), and signed requests that Slack sends us."""
