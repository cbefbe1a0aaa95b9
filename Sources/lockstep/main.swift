import CommandLine
import Glibc

exit(Lockstep.program.run().rawValue)
