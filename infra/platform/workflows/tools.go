//go:build tools

package main

// The CLI is built from this module too, with the versions of its dependencies that go.mod names.
import _ "github.com/argoproj/argo-workflows/v3/cmd/argo"
