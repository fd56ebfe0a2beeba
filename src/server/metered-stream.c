/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

#include "server/metered-stream.h"

#define TURN_BYTES (256 * 1024)

/* What both directions keep: the stream itself may be gone before its halves. */
typedef struct {
  CvServerFrameTally tally;
  CvServerMeteredStreamFunc func;
  gpointer data;
} Meter;

static void
meter_add (Meter *meter, gconstpointer bytes, gssize n)
{
  if (n <= 0)
    return;
  cv_server_frame_tally_add (&meter->tally, bytes, (gsize)n);
  if (meter->func != NULL)
    meter->func (meter->data);
}

/* ---- reading ----------------------------------------------------------------------------------- */

#define CV_TYPE_SERVER_METERED_INPUT (cv_server_metered_input_get_type ())
G_DECLARE_FINAL_TYPE (CvServerMeteredInput, cv_server_metered_input, CV, SERVER_METERED_INPUT,
                      GFilterInputStream)

struct _CvServerMeteredInput {
  GFilterInputStream parent_instance;

  Meter meter;
  gsize turn_bytes;
  gboolean is_stopped;
};

static void cv_server_metered_input_iface_init (GPollableInputStreamInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (CvServerMeteredInput, cv_server_metered_input,
                               G_TYPE_FILTER_INPUT_STREAM,
                               G_IMPLEMENT_INTERFACE (G_TYPE_POLLABLE_INPUT_STREAM,
                                                      cv_server_metered_input_iface_init))

static GInputStream *
get_base_input (gpointer self)
{
  return g_filter_input_stream_get_base_stream (G_FILTER_INPUT_STREAM (self));
}

static gboolean
may_read (CvServerMeteredInput *self, GError **error)
{
  if (!self->is_stopped)
    return TRUE;
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CLOSED, "nothing more is read");
  return FALSE;
}

static gssize
input_read (GInputStream *stream, void *buffer, gsize count, GCancellable *cancellable,
            GError **error)
{
  CvServerMeteredInput *self = CV_SERVER_METERED_INPUT (stream);
  gssize n;

  if (!may_read (self, error))
    return -1;
  n = g_input_stream_read (get_base_input (self), buffer, count, cancellable, error);
  meter_add (&self->meter, buffer, n);
  return n;
}

static gssize
input_read_nonblocking (GPollableInputStream *stream, void *buffer, gsize count, GError **error)
{
  CvServerMeteredInput *self = CV_SERVER_METERED_INPUT (stream);
  gssize n;

  if (!may_read (self, error))
    return -1;
  if (self->turn_bytes >= TURN_BYTES) {
    self->turn_bytes = 0;
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK, "it is another's turn");
    return -1;
  }
  n = g_pollable_input_stream_read_nonblocking (G_POLLABLE_INPUT_STREAM (get_base_input (self)),
                                                buffer, count, NULL, error);
  self->turn_bytes = n > 0 ? self->turn_bytes + (gsize)n : 0;
  meter_add (&self->meter, buffer, n);
  return n;
}

static gboolean
input_can_poll (GPollableInputStream *stream)
{
  GInputStream *base = get_base_input (stream);

  return G_IS_POLLABLE_INPUT_STREAM (base)
         && g_pollable_input_stream_can_poll (G_POLLABLE_INPUT_STREAM (base));
}

static gboolean
input_is_readable (GPollableInputStream *stream)
{
  return CV_SERVER_METERED_INPUT (stream)->is_stopped
         || g_pollable_input_stream_is_readable (G_POLLABLE_INPUT_STREAM (get_base_input (stream)));
}

static GSource *
input_create_source (GPollableInputStream *stream, GCancellable *cancellable)
{
  g_autoptr (GSource) base = g_pollable_input_stream_create_source (
      G_POLLABLE_INPUT_STREAM (get_base_input (stream)), cancellable);

  return g_pollable_source_new_full (stream, base, NULL);
}

static void
cv_server_metered_input_iface_init (GPollableInputStreamInterface *iface)
{
  iface->can_poll = input_can_poll;
  iface->is_readable = input_is_readable;
  iface->create_source = input_create_source;
  iface->read_nonblocking = input_read_nonblocking;
}

static void
cv_server_metered_input_class_init (CvServerMeteredInputClass *class)
{
  G_INPUT_STREAM_CLASS (class)->read_fn = input_read;
}

static void
cv_server_metered_input_init (CvServerMeteredInput *self)
{
}

/* ---- writing ----------------------------------------------------------------------------------- */

#define CV_TYPE_SERVER_METERED_OUTPUT (cv_server_metered_output_get_type ())
G_DECLARE_FINAL_TYPE (CvServerMeteredOutput, cv_server_metered_output, CV, SERVER_METERED_OUTPUT,
                      GFilterOutputStream)

struct _CvServerMeteredOutput {
  GFilterOutputStream parent_instance;

  Meter meter;
};

static void cv_server_metered_output_iface_init (GPollableOutputStreamInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (CvServerMeteredOutput, cv_server_metered_output,
                               G_TYPE_FILTER_OUTPUT_STREAM,
                               G_IMPLEMENT_INTERFACE (G_TYPE_POLLABLE_OUTPUT_STREAM,
                                                      cv_server_metered_output_iface_init))

static GOutputStream *
get_base_output (gpointer self)
{
  return g_filter_output_stream_get_base_stream (G_FILTER_OUTPUT_STREAM (self));
}

static gssize
output_write (GOutputStream *stream, const void *buffer, gsize count, GCancellable *cancellable,
              GError **error)
{
  gssize n = g_output_stream_write (get_base_output (stream), buffer, count, cancellable, error);

  meter_add (&CV_SERVER_METERED_OUTPUT (stream)->meter, buffer, n);
  return n;
}

static gssize
output_write_nonblocking (GPollableOutputStream *stream, const void *buffer, gsize count,
                          GError **error)
{
  gssize n = g_pollable_output_stream_write_nonblocking (
      G_POLLABLE_OUTPUT_STREAM (get_base_output (stream)), buffer, count, NULL, error);

  meter_add (&CV_SERVER_METERED_OUTPUT (stream)->meter, buffer, n);
  return n;
}

static gboolean
output_can_poll (GPollableOutputStream *stream)
{
  GOutputStream *base = get_base_output (stream);

  return G_IS_POLLABLE_OUTPUT_STREAM (base)
         && g_pollable_output_stream_can_poll (G_POLLABLE_OUTPUT_STREAM (base));
}

static gboolean
output_is_writable (GPollableOutputStream *stream)
{
  return g_pollable_output_stream_is_writable (G_POLLABLE_OUTPUT_STREAM (get_base_output (stream)));
}

static GSource *
output_create_source (GPollableOutputStream *stream, GCancellable *cancellable)
{
  g_autoptr (GSource) base = g_pollable_output_stream_create_source (
      G_POLLABLE_OUTPUT_STREAM (get_base_output (stream)), cancellable);

  return g_pollable_source_new_full (stream, base, NULL);
}

static void
cv_server_metered_output_iface_init (GPollableOutputStreamInterface *iface)
{
  iface->can_poll = output_can_poll;
  iface->is_writable = output_is_writable;
  iface->create_source = output_create_source;
  iface->write_nonblocking = output_write_nonblocking;
}

static void
cv_server_metered_output_class_init (CvServerMeteredOutputClass *class)
{
  G_OUTPUT_STREAM_CLASS (class)->write_fn = output_write;
}

static void
cv_server_metered_output_init (CvServerMeteredOutput *self)
{
}

/* ---- both -------------------------------------------------------------------------------------- */

struct _CvServerMeteredStream {
  GIOStream parent_instance;

  GIOStream *base;
  CvServerMeteredInput *input;
  CvServerMeteredOutput *output;
};

G_DEFINE_FINAL_TYPE (CvServerMeteredStream, cv_server_metered_stream, G_TYPE_IO_STREAM)

CvServerMeteredStream *
cv_server_metered_stream_new (GIOStream *base)
{
  CvServerMeteredStream *self = g_object_new (CV_TYPE_SERVER_METERED_STREAM, NULL);

  self->base = g_object_ref (base);
  self->input =
      g_object_new (CV_TYPE_SERVER_METERED_INPUT, "base-stream",
                    g_io_stream_get_input_stream (base), "close-base-stream", FALSE, NULL);
  self->output =
      g_object_new (CV_TYPE_SERVER_METERED_OUTPUT, "base-stream",
                    g_io_stream_get_output_stream (base), "close-base-stream", FALSE, NULL);
  return self;
}

const CvServerFrameTally *
cv_server_metered_stream_get_read (CvServerMeteredStream *self)
{
  return &self->input->meter.tally;
}

const CvServerFrameTally *
cv_server_metered_stream_get_written (CvServerMeteredStream *self)
{
  return &self->output->meter.tally;
}

void
cv_server_metered_stream_watch (CvServerMeteredStream *self, CvServerMeteredStreamFunc on_read,
                                CvServerMeteredStreamFunc on_written, gpointer data)
{
  self->input->meter.func = on_read;
  self->input->meter.data = data;
  self->output->meter.func = on_written;
  self->output->meter.data = data;
}

void
cv_server_metered_stream_stop_reading (CvServerMeteredStream *self)
{
  self->input->is_stopped = TRUE;
}

static GInputStream *
metered_stream_get_input_stream (GIOStream *stream)
{
  return G_INPUT_STREAM (CV_SERVER_METERED_STREAM (stream)->input);
}

static GOutputStream *
metered_stream_get_output_stream (GIOStream *stream)
{
  return G_OUTPUT_STREAM (CV_SERVER_METERED_STREAM (stream)->output);
}

static gboolean
metered_stream_close (GIOStream *stream, GCancellable *cancellable, GError **error)
{
  return g_io_stream_close (CV_SERVER_METERED_STREAM (stream)->base, cancellable, error);
}

static void
on_base_closed (GObject *base, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  GError *error = NULL;

  if (g_io_stream_close_finish (G_IO_STREAM (base), result, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
metered_stream_close_async (GIOStream *stream, int io_priority, GCancellable *cancellable,
                            GAsyncReadyCallback callback, gpointer data)
{
  GTask *task = g_task_new (stream, cancellable, callback, data);

  g_task_set_source_tag (task, metered_stream_close_async);
  g_io_stream_close_async (CV_SERVER_METERED_STREAM (stream)->base, io_priority, cancellable,
                           on_base_closed, task);
}

static gboolean
metered_stream_close_finish (GIOStream *stream, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
cv_server_metered_stream_finalize (GObject *object)
{
  CvServerMeteredStream *self = CV_SERVER_METERED_STREAM (object);

  g_clear_object (&self->input);
  g_clear_object (&self->output);
  g_clear_object (&self->base);
  G_OBJECT_CLASS (cv_server_metered_stream_parent_class)->finalize (object);
}

static void
cv_server_metered_stream_class_init (CvServerMeteredStreamClass *class)
{
  GIOStreamClass *stream_class = G_IO_STREAM_CLASS (class);

  G_OBJECT_CLASS (class)->finalize = cv_server_metered_stream_finalize;
  stream_class->get_input_stream = metered_stream_get_input_stream;
  stream_class->get_output_stream = metered_stream_get_output_stream;
  stream_class->close_fn = metered_stream_close;
  stream_class->close_async = metered_stream_close_async;
  stream_class->close_finish = metered_stream_close_finish;
}

static void
cv_server_metered_stream_init (CvServerMeteredStream *self)
{
}
