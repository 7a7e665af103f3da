// What a kernel moves or mixes per invocation: one channel.
alias Value = f32;
