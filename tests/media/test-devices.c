/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Microphones and speakers of a private PulseAudio that come and go while they are used. */
#include "fixture.h"

#include "media/devices.h"

#include <glib/gstdio.h>
#include <gst/gst.h>
#include <signal.h>
#include <sys/prctl.h>

static GSubprocess *pulse;
static char *runtime_dir;
static guint n_failures;
static int last_code;

static char *
pactl (const char *arguments)
{
  g_autofree char *line = g_strdup_printf ("pactl %s", arguments);
  g_autofree char *errors = NULL;
  char *output = NULL;
  int status = 0;

  if (!g_spawn_command_line_sync (line, &output, &errors, &status, NULL) || status != 0) {
    g_free (output);
    return NULL;
  }
  return g_strstrip (output);
}

static char *
load (const char *module)
{
  g_autofree char *line = g_strdup_printf ("load-module %s", module);
  char *number = pactl (line);

  g_assert_nonnull (number);
  return number;
}

static void
unload (const char *number)
{
  g_autofree char *line = g_strdup_printf ("unload-module %s", number);
  g_autofree char *output = pactl (line);

  g_assert_nonnull (output);
}

static gboolean
pulse_answers (gpointer data)
{
  g_autofree char *info = pactl ("info");

  return info != NULL;
}

/* Ends with the test, also when that is aborted. */
static void
end_with_parent (gpointer data)
{
  prctl (PR_SET_PDEATHSIG, SIGTERM);
}

static gboolean
start_pulse (void)
{
  g_autofree char *program = g_find_program_in_path ("pulseaudio");
  g_autofree char *socket = NULL;
  g_autofree char *server = NULL;
  g_autofree char *module = NULL;
  g_autoptr (GSubprocessLauncher) launcher = NULL;
  g_autoptr (GError) error = NULL;

  if (program == NULL)
    return FALSE;
  runtime_dir = g_dir_make_tmp ("conclave-pulse-XXXXXX", &error);
  g_assert_no_error (error);
  socket = g_build_filename (runtime_dir, "native", NULL);
  server = g_strdup_printf ("unix:%s", socket);
  module = g_strdup_printf ("module-native-protocol-unix auth-anonymous=1 socket=%s", socket);
  g_setenv ("PULSE_SERVER", server, TRUE);
  g_setenv ("PULSE_RUNTIME_PATH", runtime_dir, TRUE);
  g_setenv ("XDG_CONFIG_HOME", runtime_dir, TRUE);
  g_setenv ("XDG_RUNTIME_DIR", runtime_dir, TRUE);
  g_setenv ("HOME", runtime_dir, TRUE);
  launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDERR_SILENCE
                                        | G_SUBPROCESS_FLAGS_STDOUT_SILENCE);
  g_subprocess_launcher_set_child_setup (launcher, end_with_parent, NULL, NULL);
  pulse =
      g_subprocess_launcher_spawn (launcher, &error, program, "-n", "--daemonize=no",
                                   "--exit-idle-time=-1", "--disable-shm=true", "-L", module, NULL);
  g_assert_no_error (error);
  fixture_wait (pulse_answers, NULL, "the private PulseAudio");
  return TRUE;
}

static void
stop_pulse (void)
{
  g_autofree char *line = g_strdup_printf ("rm -r %s", runtime_dir);

  g_subprocess_send_signal (pulse, SIGTERM);
  g_subprocess_wait (pulse, NULL, NULL);
  g_clear_object (&pulse);
  g_spawn_command_line_sync (line, NULL, NULL, NULL, NULL);
  g_clear_pointer (&runtime_dir, g_free);
}

static guint
count (CvDeviceKind kind)
{
  return g_list_model_get_n_items (cv_devices_get_list (cv_devices_get_default (), kind));
}

static gboolean
has_two_of_each (gpointer data)
{
  return count (CV_DEVICE_MICROPHONE) == 2 && count (CV_DEVICE_SPEAKER) == 2;
}

static gboolean
has_one_microphone (gpointer data)
{
  return count (CV_DEVICE_MICROPHONE) == 1;
}

static gboolean
has_id (CvDeviceKind kind, const char *id)
{
  GListModel *list = cv_devices_get_list (cv_devices_get_default (), kind);

  for (guint i = 0; i < g_list_model_get_n_items (list); i++) {
    g_autoptr (CvDevice) device = g_list_model_get_item (list, i);

    if (g_strcmp0 (cv_device_get_id (device), id) == 0)
      return cv_device_get_kind (device) == kind && cv_device_get_name (device) != NULL;
  }
  return FALSE;
}

static void
on_failed (CvMediaEngine *engine, int kind, GError *error, gpointer data)
{
  g_test_message ("failed: %d %s", kind, error->message);
  n_failures++;
  last_code = error->code;
}

static gboolean
hears_the_tone (gpointer data)
{
  return cv_media_engine_get_microphone_level (data) > 0.3;
}

static gboolean
hears_nothing (gpointer data)
{
  return cv_media_engine_get_microphone_level (data) == 0.0;
}

static gboolean
has_failed (gpointer data)
{
  return n_failures > 0;
}

/* Whose input or output we are: what pactl lists for our stream. */
static gboolean
uses (const char *list, const char *device)
{
  g_autofree char *line = g_strdup_printf ("--format=json list %s", list);
  g_autofree char *streams = pactl (line);
  g_autofree char *devices_line =
      g_strdup_printf ("list short %s", g_str_has_prefix (list, "sink") ? "sinks" : "sources");
  g_autofree char *devices = pactl (devices_line);
  g_auto (GStrv) rows = g_strsplit (devices != NULL ? devices : "", "\n", -1);
  const char *key = g_str_has_prefix (list, "sink") ? "\"sink\":" : "\"source\":";

  for (guint i = 0; rows[i] != NULL; i++) {
    g_auto (GStrv) fields = g_strsplit (rows[i], "\t", 3);
    g_autofree char *wanted = NULL;

    if (g_strv_length (fields) < 2 || g_strcmp0 (fields[1], device) != 0)
      continue;
    wanted = g_strdup_printf ("%s%s,", key, fields[0]);
    return streams != NULL && strstr (streams, wanted) != NULL;
  }
  return FALSE;
}

static gboolean
plays_on_one (gpointer data)
{
  return uses ("sink-inputs", "speaker_one");
}

static gboolean
plays_on_two (gpointer data)
{
  return uses ("sink-inputs", "speaker_two");
}

static gboolean
listens_to_two (gpointer data)
{
  return uses ("source-outputs", "mic_two");
}

static CvMediaEngine *
make_engine (void)
{
  CvMediaEngineOptions options = {.name = "Ann", .pictures = CV_MEDIA_PICTURES_HEADLESS};
  CvMediaEngine *engine = cv_media_engine_new (&options);

  n_failures = 0;
  g_signal_connect (engine, "failed", G_CALLBACK (on_failed), NULL);
  return engine;
}

static void
test_come_and_go (void)
{
  g_autofree char *mic_one = load ("module-sine-source source_name=mic_one frequency=440");
  g_autofree char *mic_two = load ("module-sine-source source_name=mic_two frequency=550");
  g_autofree char *speaker_one = load ("module-null-sink sink_name=speaker_one");
  g_autofree char *speaker_two = load ("module-null-sink sink_name=speaker_two");
  CvMediaEngine *engine;

  fixture_wait (has_two_of_each, NULL, "two microphones and two speakers, no monitors");
  g_assert_true (has_id (CV_DEVICE_MICROPHONE, "mic_one"));
  g_assert_true (has_id (CV_DEVICE_SPEAKER, "speaker_two"));
  g_assert_cmpuint (count (CV_DEVICE_CAMERA), ==, 0);

  engine = make_engine ();
  cv_media_engine_set_audio_source (engine, "device");
  fixture_wait (hears_the_tone, engine, "sound from the microphone");
  cv_media_engine_set_speaker (engine, "speaker_two");
  fixture_wait (plays_on_two, NULL, "sound on the second speaker");
  cv_media_engine_set_speaker (engine, "speaker_one");
  fixture_wait (plays_on_one, NULL, "sound on the first speaker");

  cv_media_engine_set_microphone (engine, "mic_two");
  fixture_wait (listens_to_two, NULL, "the second microphone");
  g_assert_cmpuint (n_failures, ==, 0);
  unload (mic_two);
  fixture_wait (has_failed, NULL, "the report that it vanished");
  fixture_wait (has_one_microphone, NULL, "the list to shrink");
  fixture_wait (hears_the_tone, engine, "the default microphone instead");

  n_failures = 0;
  unload (speaker_one);
  fixture_wait (has_failed, NULL, "the report that it vanished");
  fixture_wait (plays_on_two, NULL, "the other speaker");
  g_assert_finalize_object (engine);
  unload (mic_one);
  unload (speaker_two);
}

static gboolean
has_no_device (gpointer data)
{
  return count (CV_DEVICE_MICROPHONE) == 0 && count (CV_DEVICE_SPEAKER) == 0;
}

static void
test_goes_on_without (void)
{
  g_autofree char *plugged_in = NULL;
  CvMediaEngine *engine;

  /* PulseAudio makes a dummy speaker when it has none; here it has no module that does. */
  fixture_wait (has_no_device, NULL, "no device");
  engine = make_engine ();
  fixture_wait (has_failed, NULL, "the report of no speaker");
  g_assert_cmpint (last_code, ==, CV_MEDIA_ERROR_NO_DEVICE);
  n_failures = 0;
  cv_media_engine_set_video_source (engine, "device");
  fixture_wait (has_failed, NULL, "the report of no camera");
  g_assert_cmpint (last_code, ==, CV_MEDIA_ERROR_NO_DEVICE);
  n_failures = 0;
  cv_media_engine_set_audio_source (engine, "device");
  fixture_wait (has_failed, NULL, "the report of no microphone");
  g_assert_cmpint (last_code, ==, CV_MEDIA_ERROR_NO_DEVICE);
  plugged_in = load ("module-sine-source source_name=mic_three frequency=440");
  fixture_wait (hears_the_tone, engine, "the microphone that was plugged in");
  unload (plugged_in);
  fixture_wait (has_no_device, NULL, "no device");
  cv_media_engine_set_audio_source (engine, "test");
  fixture_wait (hears_the_tone, engine, "the test tone");
  cv_media_engine_set_audio_source (engine, "off");
  fixture_wait (hears_nothing, engine, "nothing");
  g_assert_finalize_object (engine);
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  if (!start_pulse ()) {
    g_print ("1..0 # SKIP no pulseaudio\n");
    return 0;
  }
  gst_init (&argc, &argv);
  g_test_add_func ("/media/devices/come-and-go", test_come_and_go);
  g_test_add_func ("/media/devices/goes-on-without", test_goes_on_without);
  status = g_test_run ();
  g_object_unref (cv_devices_get_default ());
  stop_pulse ();
  return status;
}
