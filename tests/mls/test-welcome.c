/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

#include "mls/key-schedule.h"
#include "mls/message.h"
#include "mls/mls-fixture.h"

#define WELCOME_SECRET CV_SPAN_LITERAL ("0123456789abcdef0123456789abcdef0123456789abcdef")

/* A Welcome of anna's for bela. */
typedef struct {
  MlsPerson anna;
  MlsPerson bela;
  CvMlsKeyPackage *package;
  CvMlsKeyPackageKeys keys;
  GBytes *ref;
  CvMlsWelcome welcome;
} Scene;

static void
fill_secrets (CvMlsGroupSecrets *secrets, const CvMlsCipher *cipher, gboolean has_path)
{
  CvMlsPskId *id = g_new0 (CvMlsPskId, 1);
  g_autoptr (GError) error = NULL;

  if (!cv_mls_psk_id_init_external (cipher, CV_SPAN_LITERAL ("room"), id, &error))
    g_assert_no_error (error);
  secrets->joiner_secret = cv_secret_new_from (CV_SPAN_LITERAL ("joiner"));
  secrets->path_secret = has_path ? cv_secret_new_from (CV_SPAN_LITERAL ("path")) : NULL;
  secrets->psks = cv_mls_psk_list_new ();
  g_ptr_array_add (secrets->psks, id);
}

static void
scene_init (Scene *scene, guint16 suite, gboolean has_path)
{
  g_auto (CvMlsGroupSecrets) secrets = {0};
  g_auto (CvMlsGroupInfo) info = {
      .context = {.group_id = g_bytes_new ("group", 5),
                  .epoch = 1,
                  .tree_hash = g_bytes_new ("tree", 4),
                  .confirmed_transcript_hash = g_bytes_new ("hash", 4)},
      .confirmation_tag = g_bytes_new ("tag", 3),
      .signer = {3},
  };
  g_autoptr (GError) error = NULL;

  *scene = (Scene){0};
  mls_person_init (&scene->anna, suite, "anna");
  mls_person_init (&scene->bela, suite, "bela");
  scene->package = mls_person_make_package (&scene->bela, &scene->keys);
  scene->ref = cv_mls_key_package_dup_ref_hash (&scene->bela.cipher, scene->package, &error);
  info.context.suite = scene->anna.cipher.suite->id;
  fill_secrets (&secrets, &scene->anna.cipher, has_path);
  if (!cv_mls_group_info_sign (&scene->anna.cipher, &info, scene->anna.params.signature_private,
                               &error)
      || !cv_mls_welcome_seal_group_info (&scene->anna.cipher, &info, WELCOME_SECRET,
                                          &scene->welcome, &error)
      || !cv_mls_welcome_add (&scene->anna.cipher, &scene->welcome, scene->package, &secrets,
                              &error))
    g_assert_no_error (error);
}

static void
scene_clear (Scene *scene)
{
  mls_person_clear (&scene->anna);
  mls_person_clear (&scene->bela);
  cv_mls_key_package_unref (scene->package);
  cv_mls_key_package_keys_clear (&scene->keys);
  g_bytes_unref (scene->ref);
  cv_mls_welcome_clear (&scene->welcome);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Scene, scene_clear)

static gboolean
open_all (const Scene *scene, const CvMlsWelcome *welcome, CvMlsGroupSecrets *secrets,
          CvMlsGroupInfo *info, GError **error)
{
  const CvMlsCipher *cipher = &scene->bela.cipher;

  return cv_mls_welcome_open_secrets (cipher, welcome, cv_span_from_bytes (scene->ref),
                                      cv_secret_span (scene->keys.init_private), secrets, error)
         && cv_mls_welcome_open_group_info (cipher, welcome, WELCOME_SECRET, info, error)
         && cv_mls_group_info_verify (cipher, info, scene->anna.params.signature_public, error);
}

static void
test_opens (void)
{
  static const guint16 suites[] = {0xF001, 0xF002, 0x0007, 0x0001};

  for (gsize i = 0; i < 2 * G_N_ELEMENTS (suites); i++) {
    gboolean has_path = i % 2;
    g_auto (Scene) scene;
    g_auto (CvMlsGroupSecrets) secrets = {0};
    g_auto (CvMlsGroupInfo) info = {0};
    g_autoptr (GBytes) wrapped = NULL;
    g_auto (CvMlsMessage) message = {0};
    g_autoptr (GError) error = NULL;

    scene_init (&scene, suites[i / 2], has_path);
    wrapped = cv_mls_message_wrap_welcome (&scene.welcome);
    g_assert_true (cv_mls_message_parse (cv_span_from_bytes (wrapped), &message, &error));
    if (!open_all (&scene, &message.welcome, &secrets, &info, &error))
      g_assert_no_error (error);
    g_assert_true (
        cv_secret_span_equal (cv_secret_span (secrets.joiner_secret), CV_SPAN_LITERAL ("joiner")));
    g_assert_true ((secrets.path_secret != NULL) == has_path);
    g_assert_cmpuint (secrets.psks->len, ==, 1);
    g_assert_cmpuint (info.signer.index, ==, 3);
  }
}

static void
test_flipped (void)
{
  g_auto (Scene) scene;
  g_autoptr (GBytes) wrapped = NULL;

  scene_init (&scene, 0x0001, TRUE);
  wrapped = cv_mls_message_wrap_welcome (&scene.welcome);
  for (gsize at = 6; at < g_bytes_get_size (wrapped); at++) {
    g_autoptr (GBytes) flipped = mls_fixture_flip (wrapped, at);
    g_auto (CvMlsGroupSecrets) secrets = {0};
    g_auto (CvMlsGroupInfo) info = {0};
    g_auto (CvMlsMessage) message = {0};
    g_autoptr (GError) error = NULL;

    g_assert_false (cv_mls_message_parse (cv_span_from_bytes (flipped), &message, &error)
                    && open_all (&scene, &message.welcome, &secrets, &info, &error));
    g_assert_true (error->domain == CV_MLS_ERROR);
  }
}

static void
test_not_for_us (void)
{
  g_auto (Scene) scene;
  g_auto (Scene) other;
  g_auto (CvMlsGroupSecrets) secrets = {0};
  g_auto (CvMlsGroupInfo) info = {0};
  g_autoptr (GError) error = NULL;

  scene_init (&scene, 0x0001, FALSE);
  scene_init (&other, 0x0001, FALSE);
  g_assert_false (open_all (&scene, &other.welcome, &secrets, &info, &error));
  g_assert_error (error, CV_MLS_ERROR, CV_MLS_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_false (cv_mls_welcome_open_secrets (
      &scene.bela.cipher, &scene.welcome, cv_span_from_bytes (scene.ref),
      cv_secret_span (other.keys.init_private), &secrets, &error));
  g_assert_error (error, CV_MLS_ERROR, CV_MLS_ERROR_AUTHENTICATION);
  g_assert_null (secrets.joiner_secret);
}

/* The secrets are sealed for one GroupInfo: under another one they stay closed. */
static void
test_swapped_group_info (void)
{
  g_auto (Scene) scene;
  g_auto (Scene) other;
  g_auto (CvMlsGroupSecrets) secrets = {0};
  g_autoptr (GError) error = NULL;
  GBytes *own;
  gboolean is_open;

  scene_init (&scene, 0x0001, FALSE);
  scene_init (&other, 0x0001, FALSE);
  own = scene.welcome.encrypted_group_info;
  scene.welcome.encrypted_group_info = other.welcome.encrypted_group_info;
  is_open = cv_mls_welcome_open_secrets (
      &scene.bela.cipher, &scene.welcome, cv_span_from_bytes (scene.ref),
      cv_secret_span (scene.keys.init_private), &secrets, &error);
  scene.welcome.encrypted_group_info = own;
  g_assert_false (is_open);
  g_assert_error (error, CV_MLS_ERROR, CV_MLS_ERROR_AUTHENTICATION);
}

static void
test_external_init (void)
{
  static const guint16 suites[] = {0xF001, 0xF002, 0x0007};

  for (gsize i = 0; i < G_N_ELEMENTS (suites); i++) {
    const CvMlsCipher cipher = mls_fixture_cipher (suites[i]);
    g_autoptr (CvSecret) external = cv_secret_new (cipher.suite->hash_len);
    g_auto (CvCryptoKeyPair) pair = {0};
    g_autoptr (GBytes) kem_output = NULL;
    g_autoptr (CvSecret) sent = NULL;
    g_autoptr (CvSecret) received = NULL;
    g_autoptr (GError) error = NULL;

    if (!cv_mls_key_schedule_external_pair (&cipher, cv_secret_span (external), &pair, &error))
      g_assert_no_error (error);
    sent = cv_mls_key_schedule_external_init_send (&cipher, cv_span_from_bytes (pair.public_key),
                                                   &kem_output, &error);
    g_assert_no_error (error);
    received = cv_mls_key_schedule_external_init_receive (
        &cipher, cv_secret_span (pair.private_key), cv_span_from_bytes (kem_output), &error);
    g_assert_no_error (error);
    g_assert_true (cv_secret_span_equal (cv_secret_span (sent), cv_secret_span (received)));
    g_assert_null (cv_mls_key_schedule_external_init_receive (
        &cipher, cv_secret_span (pair.private_key), CV_SPAN_LITERAL ("short"), &error));
    g_assert_true (error->domain == CV_MLS_ERROR);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/mls/welcome/opens", test_opens);
  g_test_add_func ("/mls/welcome/flipped-is-rejected", test_flipped);
  g_test_add_func ("/mls/welcome/not-for-us", test_not_for_us);
  g_test_add_func ("/mls/welcome/swapped-group-info", test_swapped_group_info);
  g_test_add_func ("/mls/key-schedule/external-init", test_external_init);
  return g_test_run ();
}
