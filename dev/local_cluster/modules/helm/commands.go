//go:build tools

// Package commands keeps the helm command in go.mod, at its pinned version.
package commands

import _ "helm.sh/helm/v3/cmd/helm"
