// An invocation computes one channel.
alias Value = f32;
