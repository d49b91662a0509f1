"""A server of the Model Context Protocol: assistants look statements up, and have their drafts audited.

The command line calls `server.run_server`. `workspace.Workspace` does the work and knows nothing of the
protocol.
"""
