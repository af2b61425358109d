package io.predicomp.os.bpf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.predicomp.os.bpf.Tracepoint.Field;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class TracepointTest {
  private static final String FORMAT =
      """
      name: sched_process_exit
      ID: 369
      format:
      \tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;
      \tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;

      \tfield:char comm[16];\toffset:8;\tsize:16;\tsigned:0;
      \tfield:__data_loc char[] filename;\toffset:24;\tsize:4;\tsigned:0;
      \tfield:pid_t pid;\toffset:28;\tsize:4;\tsigned:1;
      \tfield:bool group_dead;\toffset:32;\tsize:1;\tsigned:0;

      print fmt: "comm=%s pid=%d", REC->comm, REC->pid
      """;

  @Test
  void theKernelsDescriptionIsRead() throws IOException {
    Tracepoint tracepoint = Tracepoint.parse("sched/sched_process_exit", FORMAT);
    assertEquals(369, tracepoint.id());
    assertEquals(new Field(8, 16), tracepoint.field("comm"));
    assertEquals(new Field(24, 4), tracepoint.field("filename"));
    assertEquals(new Field(32, 1), tracepoint.field("group_dead"));
    assertEquals(6, tracepoint.fields().size());
    assertTrue(tracepoint.find("tgid").isEmpty());
  }

  @Test
  void whatIsMissingIsNamed() {
    assertTrue(
        assertThrows(IOException.class, () -> Tracepoint.parse("a/b", "nothing"))
            .getMessage()
            .contains("a/b"));
    assertTrue(
        assertThrows(IOException.class, () -> Tracepoint.parse("a/b", FORMAT).field("tgid"))
            .getMessage()
            .contains("tgid"));
  }
}
