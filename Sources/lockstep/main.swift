import CommandLine
import Glibc

let terminal = Terminal(
  out: { text in StandardStream.write(text, to: STDOUT_FILENO) },
  error: { text in StandardStream.write(text, to: STDERR_FILENO) })
exit(
  Program.run(Array(Swift.CommandLine.arguments.dropFirst()), terminal: terminal).rawValue)
