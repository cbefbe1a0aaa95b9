// Which version of the kernels this CPU runs.
#ifndef CK_INSTRUCTION_SET_H
#define CK_INSTRUCTION_SET_H

/// The level of the x86-64 instruction set that the kernels run at here: `x86-64-v4` (AVX-512),
/// `x86-64-v3` (AVX2 and FMA), or `x86-64`. The first two give the same bits.
const char *ck_instruction_set(void);

#endif
