// What is copied per invocation: four neighboring elements.
alias Words = vec4u;
