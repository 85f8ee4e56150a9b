module froussard/e2e/platform/programs/pause

go 1.26.0
