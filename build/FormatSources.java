import com.google.googlejavaformat.java.Main;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Checks or restores the formatting of every Java source below the current directory.
 *
 * <p>Argument {@code check} lists the sources that are not formatted and exits with 1 if there are
 * any; {@code fix} rewrites them.
 */
final class FormatSources {
  private FormatSources() {}

  public static void main(String[] args) throws Exception {
    if (args.length != 1 || !Set.of("check", "fix").contains(args[0])) {
      System.err.println("FormatSources takes one argument, check or fix.");
      System.exit(2);
    }
    boolean check = args[0].equals("check");
    List<String> command = new ArrayList<>();
    command.addAll(check ? List.of("--dry-run", "--set-exit-if-changed") : List.of("--replace"));
    command.addAll(sources(Path.of("")));

    PrintWriter out = new PrintWriter(System.out, true);
    PrintWriter err = new PrintWriter(System.err, true);
    int exitCode = new Main(out, err, System.in).format(command.toArray(String[]::new));
    out.flush();
    err.flush();
    if (check && exitCode != 0) {
      System.err.println("The sources above are not formatted; this formats them:");
      System.err.println("  mvn -q -Pformat validate");
    }
    System.exit(exitCode);
  }

  private static List<String> sources(Path root) throws IOException {
    List<String> sources = new ArrayList<>();
    Files.walkFileTree(
        root,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
            String name = directory.getFileName().toString();
            boolean generated = name.equals("target") || name.startsWith(".");
            return generated ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (file.toString().endsWith(".java")) {
              sources.add(file.toString());
            }
            return FileVisitResult.CONTINUE;
          }
        });
    return sources;
  }
}
