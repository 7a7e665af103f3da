// An invocation copies four neighboring halves.
alias Words = vec2u;
