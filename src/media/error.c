/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The error domain of this layer. */
#include "media/engine.h"

G_DEFINE_QUARK (cv-media-error-quark, cv_media_error)
