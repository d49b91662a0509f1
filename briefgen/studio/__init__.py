"""The studio: a campaign in a browser on this computer, a second face of the same files.

The command line imports `server`; nothing else outside the package does. `workspace` has the open campaign,
`files` alone writes, `messages` alone turns problems into plain sentences, and `screens` has a module for
each screen."""
