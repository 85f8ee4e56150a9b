//go:build tools

package main

// Its programs are built from this module too, with the versions of its dependencies that go.mod names.
import _ "github.com/argoproj/argo-events/cmd"
